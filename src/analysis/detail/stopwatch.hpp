#pragma once

#include <chrono>

namespace audiomuse::analysis::detail {

/// Adds the time of its own life to a sum of milliseconds.
class Stopwatch {
  public:
    explicit Stopwatch(double& sum_ms) noexcept : m_sum_ms(sum_ms) {}
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;
    ~Stopwatch() { m_sum_ms += std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - m_start).count(); }

  private:
    double& m_sum_ms;
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

} // namespace audiomuse::analysis::detail
