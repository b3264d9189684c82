#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace audiomuse::store::detail {

/// Texts of any bytes as one value: each as its length, a colon and its bytes, as in "3:abc1:d".
[[nodiscard]] std::string pack(std::span<const std::string> texts);

/// Nothing when the bytes are not what pack() makes.
[[nodiscard]] std::optional<std::vector<std::string>> unpack(std::string_view bytes);

} // namespace audiomuse::store::detail
