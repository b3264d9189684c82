#include <net/detail/transfer_watch.hpp>

#include <algorithm>

namespace audiomuse::net::detail {

std::chrono::milliseconds TransferWatch::allowance(const Progress& progress) const {
    if (m_growth == Growth::none || m_settings.slowest_download.bytes == 0) {
        return m_settings.total_time;
    }
    const std::uint64_t size = std::max(progress.announced, progress.received);
    return m_settings.total_time + std::chrono::seconds(size / m_settings.slowest_download.bytes);
}

std::optional<TimeLimit> TransferWatch::check(TimePoint now, const Progress& progress) {
    if (now - m_start >= allowance(progress)) {
        return TimeLimit::total;
    }
    if (progress.sent != m_last.sent) {
        m_last_sent = now;
    }
    if (m_last.received == 0 && progress.received != 0) {
        m_window_start = now;
    }
    m_last = progress;
    if (progress.received == 0) {
        return now - m_last_sent >= m_settings.answer_timeout ? std::optional(TimeLimit::answer) : std::nullopt;
    }
    if (now - m_window_start >= m_settings.stall_window) {
        const double seconds = std::chrono::duration<double>(now - m_window_start).count();
        const auto received = static_cast<double>(progress.received - m_received_at_window);
        if (received < seconds * static_cast<double>(m_settings.stall_rate.bytes)) {
            return TimeLimit::stall;
        }
        m_window_start = now;
        m_received_at_window = progress.received;
    }
    return std::nullopt;
}

} // namespace audiomuse::net::detail
