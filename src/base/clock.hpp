#pragma once

#include <chrono>
#include <string>

namespace audiomuse {

/// A point in UTC with the resolution that is stored and shown.
using UtcTime = std::chrono::sys_time<std::chrono::microseconds>;

[[nodiscard]] UtcTime utc_now() noexcept;

/// `2023-10-27T10:05:30.123456`: UTC without a zone, as the API shows time stamps.
[[nodiscard]] std::string format_utc(UtcTime time);

/// `2023-10-27 10:05:30` in the machine's time zone, as log lines show it.
[[nodiscard]] std::string format_local(UtcTime time);

} // namespace audiomuse
