#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <net/http_client.hpp>

namespace audiomuse::net::detail {

/// Which limit of ClientSettings a transfer has run into.
enum class TimeLimit { answer, stall, total };

/// Whether total_time grows with the size of the body.
enum class Growth { none, with_size };

/// What a transfer has done so far, in bytes.
struct Progress {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;  ///< headers and body, as they came over the wire
    std::uint64_t announced = 0; ///< Content-Length; 0 when it is unknown
};

/// Watches the times of one transfer. Knows no clock: each call says what time it is.
class TransferWatch {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    TransferWatch(const ClientSettings& settings, Growth growth, TimePoint start)
        : m_settings(settings), m_growth(growth), m_start(start), m_last_sent(start), m_window_start(start) {}

    /// The limit that is exceeded now, if any.
    [[nodiscard]] std::optional<TimeLimit> check(TimePoint now, const Progress& progress);

    /// What the whole transfer may take, given how large it is known to be.
    [[nodiscard]] std::chrono::milliseconds allowance(const Progress& progress) const;

  private:
    const ClientSettings& m_settings;
    Growth m_growth;
    TimePoint m_start;
    TimePoint m_last_sent;
    TimePoint m_window_start;
    Progress m_last; ///< at the last check
    std::uint64_t m_received_at_window = 0;
};

} // namespace audiomuse::net::detail
