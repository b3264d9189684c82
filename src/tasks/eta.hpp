#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace audiomuse::tasks {

/// Time left of a run of many items, from the pace of the newest ones. Not thread-safe.
class EtaEstimator {
  public:
    using Clock = std::chrono::steady_clock;

    explicit EtaEstimator(std::uint64_t total_items) : m_total(total_items) {}

    /// One more item is done.
    void item_done(Clock::time_point now);

    /// Absent until at least three items are done, so that the first, cold one does not promise days.
    [[nodiscard]] std::optional<std::chrono::seconds> remaining() const;

  private:
    static constexpr std::size_t k_window = 200; ///< items whose pace counts
    std::uint64_t m_total;
    std::uint64_t m_done = 0;
    std::deque<Clock::time_point> m_times;
};

} // namespace audiomuse::tasks
