#pragma once

#include <string_view>

#include <base/result.hpp>
#include <settings/load.hpp>

namespace audiomuse::settings::detail {

/// The value of an environment variable; empty when it is not set.
[[nodiscard]] std::string_view variable(const TextMap& environment, std::string_view name);

/// Refuses a settings file that holds a secret and is open to everybody; warns when it is open to a group.
[[nodiscard]] Result<void> check_mode(LoadedSettings& loaded);

/// What is done once all layers are read: secrets from files, folders that follow from others, and what several settings must
/// agree on. Adds warnings.
[[nodiscard]] Result<void> finish(LoadedSettings& loaded, const TextMap& environment);

} // namespace audiomuse::settings::detail
