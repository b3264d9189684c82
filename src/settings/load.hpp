#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <base/result.hpp>
#include <settings/settings.hpp>

namespace audiomuse::settings {

using TextMap = std::map<std::string, std::string, std::less<>>;

/// Where a value came from.
struct Origin {
    enum class Kind { default_value, file, environment, flag }; ///< later ones win over earlier ones
    Kind kind = Kind::default_value;
    std::string detail; ///< "audiomuse.toml:3", "CLUSTERING_RUNS", "--clustering-runs"; empty for a default

    /// "default", "/etc/audiomuse.toml:3", "environment variable CLUSTERING_RUNS", "--clustering-runs".
    [[nodiscard]] std::string to_text() const;
};

struct LoadRequest {
    std::optional<std::filesystem::path> config_file; ///< --config; without it the default file is read when there is one
    TextMap environment;                              ///< all variables: see current_environment()
    TextMap flags;                                    ///< by key, not by flag: {"clustering_runs", "50"}
};

struct LoadedSettings {
    Settings settings;
    std::map<std::string, Origin, std::less<>> origins; ///< one for every key
    std::vector<std::string> warnings;                  ///< sentences for the log; no secret is in them
    std::filesystem::path file;                         ///< the file that was read; empty when there was none
};

/// The environment of this process.
[[nodiscard]] TextMap current_environment();

/// Where the settings file is looked for: `$XDG_CONFIG_HOME/audiomuse/audiomuse.toml`.
[[nodiscard]] std::filesystem::path default_config_file(const TextMap& environment);

/// Reads defaults, file, environment and flags, each winning over the ones before, and validates the result.
///
/// An empty environment variable counts as not set. Relative paths of the file are relative to its folder, all others to the
/// current folder; a leading `~/` is the home folder. Errors (invalid_argument, not_found, io) name the key in `field` where one
/// is to blame, and in the message the place and what is allowed; never a secret.
[[nodiscard]] Result<LoadedSettings> load(const LoadRequest& request);

/// The effective settings as a settings file, each line with its origin as a comment; secrets are masked.
[[nodiscard]] std::string to_toml(const LoadedSettings& loaded);

} // namespace audiomuse::settings
