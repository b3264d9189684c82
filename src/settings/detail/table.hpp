#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <base/result.hpp>
#include <settings/detail/raw_value.hpp>
#include <settings/settings.hpp>

namespace audiomuse::settings::detail {

struct IntegerTarget {
    std::int64_t Settings::*member;
    std::int64_t minimum;
    std::int64_t maximum;
};
struct OptionalIntegerTarget {
    std::optional<std::int64_t> Settings::*member;
    std::int64_t minimum;
    std::int64_t maximum;
};
struct NumberTarget {
    double Settings::*member;
    double minimum;
    double maximum;
};
struct OptionalNumberTarget {
    std::optional<double> Settings::*member;
    double minimum;
    double maximum;
};
struct TextTarget {
    std::string Settings::*member;
};
struct UrlTarget {
    std::string Settings::*member;
};
struct PathTarget {
    std::filesystem::path Settings::*member;
};
enum class SecretForm {
    token,   ///< goes into a header: printable ASCII without blanks
    password ///< any text of one line
};
struct SecretTarget {
    Secret Settings::*member;
    SecretForm form = SecretForm::token;
};
struct AddressTarget {
    ListenAddress Settings::*member;
};
struct BooleanTarget {
    bool Settings::*member;
};
/// In the environment and in flags the items stand between commas.
struct ListTarget {
    std::vector<std::string> Settings::*member;
};
/// In the environment and in flags as SERVER=HERE, several between commas.
struct PathMapTarget {
    std::vector<PathMapping> Settings::*member;
};
/// An enum whose values are the positions in `words`.
struct WordTarget {
    std::span<const std::string_view> words;
    std::size_t (*get)(const Settings&);
    void (*set)(Settings&, std::size_t);
};

using Target = std::variant<IntegerTarget, OptionalIntegerTarget, NumberTarget, OptionalNumberTarget, TextTarget, UrlTarget,
                            PathTarget, SecretTarget, AddressTarget, BooleanTarget, ListTarget, PathMapTarget, WordTarget>;

/// How the environment names a setting.
enum class EnvironmentName {
    bare,    ///< a field of the API: CLUSTERING_RUNS
    prefixed ///< AUDIOMUSE_LISTEN
};

/// One setting: everything else about it is derived from this row.
struct Row {
    std::string_view key;
    EnvironmentName environment;
    Target target;
    std::string_view help;
    std::string_view default_value = {}; ///< what is shown instead of the value in a default Settings
};

[[nodiscard]] std::span<const Row> rows();
[[nodiscard]] const Row* find_row(std::string_view key);

/// The folder that relative paths are relative to, and the home folder.
struct PathContext {
    std::filesystem::path base;
    std::filesystem::path home;
};

/// Completes "must be".
[[nodiscard]] std::string allowed_values(const Row& row);
/// Gives a value its meaning and puts it into the settings. The error names origin, key and what is allowed.
[[nodiscard]] Result<void> assign(const Row& row, const RawValue& value, const PathContext& paths, Settings& settings);
/// A value as TOML writes it; a secret is masked.
[[nodiscard]] std::string to_toml_value(const Row& row, const Settings& settings);
/// A value as people read it: no quotes, "none" when empty, "automatic" when absent; a secret is masked.
[[nodiscard]] std::string to_plain_value(const Row& row, const Settings& settings);

} // namespace audiomuse::settings::detail
