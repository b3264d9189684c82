#include <base/clock.hpp>

#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace audiomuse {

UtcTime utc_now() noexcept { return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()); }

std::string format_utc(UtcTime time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto micros = (time - seconds).count();
    const std::time_t when = seconds.time_since_epoch().count();
    std::tm parts{};
    ::gmtime_r(&when, &parts);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}", parts, micros);
}

std::string format_local(UtcTime time) {
    const std::time_t when = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    std::tm parts{};
    ::localtime_r(&when, &parts);
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", parts);
}

} // namespace audiomuse
