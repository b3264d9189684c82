#pragma once

#include <map>
#include <string>
#include <string_view>

#include <base/result.hpp>
#include <settings/detail/raw_value.hpp>

namespace audiomuse::settings::detail {

inline constexpr std::uint64_t k_max_config_bytes = 1U << 20U;

using RawValues = std::map<std::string, RawValue, std::less<>>;

/// The top level of a TOML text by key; `name` stands for the file in origins and errors ("name:line: ...").
/// Error: invalid_argument when it is not TOML. No message repeats a part of the text, which may hold secrets.
[[nodiscard]] Result<RawValues> parse_config_text(std::string_view text, std::string_view name);

} // namespace audiomuse::settings::detail
