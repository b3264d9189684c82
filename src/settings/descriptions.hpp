#pragma once

#include <span>
#include <string>

namespace audiomuse::settings {

/// What people need to know of one setting: for --help, the documentation and messages.
struct SettingDescription {
    std::string key;           ///< in audiomuse.toml: "clustering_runs"
    std::string environment;   ///< "CLUSTERING_RUNS"
    std::string flag;          ///< "--clustering-runs"
    std::string placeholder;   ///< "INTEGER", "PATH", ...
    std::string allowed;       ///< completes "must be": "a whole number from 1 to 100000"
    std::string default_value; ///< "1000"; "none" where it is empty, "automatic" where it depends on the library
    std::string help;          ///< one sentence
    bool is_secret = false;
};

/// Every setting, in the order in which they are printed.
[[nodiscard]] std::span<const SettingDescription> descriptions();

} // namespace audiomuse::settings
