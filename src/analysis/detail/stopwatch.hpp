#pragma once

#include <ctime>

namespace audiomuse::analysis::detail {

/// Adds the processor time that the calling thread uses during its life to a sum of milliseconds.
class Stopwatch {
  public:
    explicit Stopwatch(double& sum_ms) noexcept : m_sum_ms(sum_ms) {}
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;
    ~Stopwatch() { m_sum_ms += now_ms() - m_start_ms; }

  private:
    static double now_ms() noexcept {
        std::timespec time{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return 1e3 * static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_nsec);
    }

    double& m_sum_ms;
    double m_start_ms = now_ms();
};

} // namespace audiomuse::analysis::detail
