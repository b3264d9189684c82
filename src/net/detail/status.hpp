#pragma once

namespace audiomuse::net::detail {

/// The statuses that ask to come again later.
[[nodiscard]] constexpr bool is_overload(int status) noexcept {
    return status == 429 || status == 502 || status == 503 || status == 504;
}

/// The statuses whose Location is followed.
[[nodiscard]] constexpr bool is_redirect(int status) noexcept {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

} // namespace audiomuse::net::detail
