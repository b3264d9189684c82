#pragma once

#include <stop_token>
#include <thread>

namespace audiomuse::apps {

/// SIGINT and SIGTERM as a stop token; a second signal ends the process at once. Make it before any other thread, so that all
/// threads inherit that these signals are blocked.
class StopSignal {
  public:
    StopSignal();
    ~StopSignal();
    StopSignal(const StopSignal&) = delete;
    StopSignal& operator=(const StopSignal&) = delete;

    [[nodiscard]] std::stop_token token() const noexcept { return m_stop.get_token(); }

  private:
    void watch(const std::stop_token& end);

    std::stop_source m_stop;
    std::jthread m_thread;
};

} // namespace audiomuse::apps
