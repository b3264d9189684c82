#pragma once

#include <string>
#include <string_view>

namespace audiomuse::library::detail {

/// 32 lower-case hexadecimal digits. Only because the Subsonic protocol demands it: good for no secret of our own.
[[nodiscard]] std::string md5_hex(std::string_view text);

} // namespace audiomuse::library::detail
