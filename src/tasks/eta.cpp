#include <tasks/eta.hpp>

namespace audiomuse::tasks {

void EtaEstimator::item_done(Clock::time_point now) {
    ++m_done;
    m_times.push_back(now);
    if (m_times.size() > k_window) {
        m_times.pop_front();
    }
}

std::optional<std::chrono::seconds> EtaEstimator::remaining() const {
    if (m_done >= m_total) {
        return std::chrono::seconds{0};
    }
    if (m_times.size() < 3) {
        return std::nullopt;
    }
    const std::chrono::duration<double> span = m_times.back() - m_times.front();
    const double seconds_per_item = span.count() / static_cast<double>(m_times.size() - 1);
    return std::chrono::seconds{static_cast<std::int64_t>(seconds_per_item * static_cast<double>(m_total - m_done) + 0.5)};
}

} // namespace audiomuse::tasks
