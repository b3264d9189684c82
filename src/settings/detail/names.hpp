#pragma once

#include <string>
#include <string_view>

#include <settings/detail/table.hpp>

namespace audiomuse::settings::detail {

inline constexpr std::string_view k_environment_prefix = "AUDIOMUSE_";

[[nodiscard]] std::string environment_name(const Row& row);
[[nodiscard]] std::string flag_name(const Row& row);

/// The name of `candidates` that a person who wrote `name` most likely meant; empty when none is near.
[[nodiscard]] std::string_view nearest_name(std::string_view name, std::span<const std::string> candidates);

} // namespace audiomuse::settings::detail
