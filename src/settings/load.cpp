#include <settings/load.hpp>

#include <algorithm>

#include <fmt/format.h>
#include <unistd.h>

#include <base/files.hpp>
#include <base/text.hpp>
#include <settings/detail/config_file.hpp>
#include <settings/detail/finish.hpp>
#include <settings/detail/names.hpp>
#include <settings/detail/table.hpp>

namespace audiomuse::settings {

namespace {

using detail::RawValue;
using detail::RawValues;
using detail::Row;

tl::unexpected<Error> unknown_name(std::string_view place, std::string_view name, std::span<const std::string> known) {
    const std::string shown(truncate_utf8(to_display_text(name), 80));
    const std::string_view nearest = detail::nearest_name(name, known);
    return fail(ErrorCode::invalid_argument,
                nearest.empty() ? fmt::format("{}: there is no setting {}.", place, shown)
                                : fmt::format("{}: there is no setting {}; did you mean {}?", place, shown, nearest),
                shown);
}

template <class Name>
std::vector<std::string> all_names(Name name) {
    std::vector<std::string> names;
    for (const Row& row : detail::rows()) {
        names.push_back(name(row));
    }
    return names;
}

/// Read by `nn`, for tests and for comparing instruction sets: no setting.
constexpr std::string_view k_instruction_set_variable = "AUDIOMUSE_ISA";

std::string key_of(const Row& row) { return std::string(row.key); }

class Loader {
  public:
    explicit Loader(const LoadRequest& request) : m_request(request) {}

    Result<LoadedSettings> run() {
        for (const Row& row : detail::rows()) {
            m_loaded.origins.emplace(row.key, Origin{});
        }
        for (const auto step : {&Loader::read_file, &Loader::read_environment, &Loader::read_flags}) {
            if (auto done = (this->*step)(); !done) {
                return fail(std::move(done));
            }
        }
        if (auto done = detail::finish(m_loaded, m_request.environment); !done) {
            return fail(std::move(done));
        }
        return std::move(m_loaded);
    }

  private:
    Origin& origin(std::string_view key) { return m_loaded.origins.find(key)->second; }

    Result<void> assign(const Row& row, const RawValue& value, const std::filesystem::path& base) {
        const detail::PathContext paths{base, std::filesystem::path(detail::variable(m_request.environment, "HOME"))};
        origin(row.key) = value.origin;
        return detail::assign(row, value, paths, m_loaded.settings);
    }

    Result<void> read_file() {
        const auto path = std::filesystem::absolute(m_request.config_file.value_or(default_config_file(m_request.environment)));
        const auto text = audiomuse::read_file(path, detail::k_max_config_bytes);
        if (!text) {
            if (text.error().code == ErrorCode::not_found && !m_request.config_file) {
                return {};
            }
            return fail(text.error().code, "The settings file cannot be used. " + text.error().message, "config");
        }
        m_loaded.file = path;
        const std::string name = to_display_text(path.native());
        auto values = detail::parse_config_text(*text, name);
        if (!values) {
            return fail(std::move(values));
        }
        for (const auto& [key, value] : *values) {
            const Row* row = detail::find_row(key);
            if (row == nullptr) {
                return unknown_name(value.origin.to_text(), key, all_names(key_of));
            }
            if (auto assigned = assign(*row, value, path.parent_path()); !assigned) {
                return assigned;
            }
        }
        return detail::check_mode(m_loaded);
    }

    Result<void> read_environment() {
        const auto names = all_names(detail::environment_name);
        for (const auto& [name, text] : m_request.environment) {
            const auto found = std::ranges::find(names, name);
            if (found == names.end()) {
                if (name.starts_with(detail::k_environment_prefix) && name != k_instruction_set_variable) {
                    return unknown_variable(name, names);
                }
                continue;
            }
            const Row& row = detail::rows()[static_cast<std::size_t>(found - names.begin())];
            if (text.empty()) {
                continue;
            }
            const RawValue value{RawValue::Kind::untyped, text, {Origin::Kind::environment, name}};
            if (auto assigned = assign(row, value, std::filesystem::current_path()); !assigned) {
                return assigned;
            }
        }
        return {};
    }

    static Result<void> unknown_variable(const std::string& name, std::span<const std::string> names) {
        const std::string bare = name.substr(detail::k_environment_prefix.size());
        if (std::ranges::find(names, bare) != names.end()) {
            return fail(ErrorCode::invalid_argument,
                        fmt::format("environment variable {}: this setting is named {}, without {}.", name, bare,
                                    detail::k_environment_prefix),
                        name);
        }
        return unknown_name("environment variable " + to_display_text(name), name, names);
    }

    Result<void> read_flags() {
        for (const auto& [key, text] : m_request.flags) {
            const Row* row = detail::find_row(key);
            if (row == nullptr) {
                return unknown_name("command line", key, all_names(key_of));
            }
            const RawValue value{RawValue::Kind::untyped, text, {Origin::Kind::flag, detail::flag_name(*row)}};
            if (auto assigned = assign(*row, value, std::filesystem::current_path()); !assigned) {
                return assigned;
            }
            if (std::holds_alternative<detail::SecretTarget>(row->target)) {
                m_loaded.warnings.push_back(
                    fmt::format("{} is on the command line, which other users of this machine can see. Use {}-file instead.",
                                value.origin.detail, value.origin.detail));
            }
        }
        return {};
    }

    const LoadRequest& m_request;
    LoadedSettings m_loaded;
};

} // namespace

std::string Origin::to_text() const {
    switch (kind) {
    case Kind::default_value: return "default";
    case Kind::environment: return "environment variable " + detail;
    case Kind::file:
    case Kind::flag: return detail;
    }
    return detail;
}

TextMap current_environment() {
    TextMap variables;
    for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        if (const std::size_t equals = text.find('='); equals != std::string_view::npos) {
            variables.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return variables;
}

std::filesystem::path default_config_file(const TextMap& environment) {
    return xdg_directory(detail::variable(environment, "XDG_CONFIG_HOME"), detail::variable(environment, "HOME"), ".config") /
           "audiomuse.toml";
}

Result<LoadedSettings> load(const LoadRequest& request) { return Loader(request).run(); }

std::string to_toml(const LoadedSettings& loaded) {
    std::vector<std::string> lines;
    std::size_t width = 0;
    for (const Row& row : detail::rows()) {
        lines.push_back(fmt::format("{} = {}", row.key, detail::to_toml_value(row, loaded.settings)));
        width = std::max(width, std::min<std::size_t>(lines.back().size(), 48));
    }
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const Origin& origin = loaded.origins.find(detail::rows()[i].key)->second;
        text += fmt::format("{:<{}}  # {}\n", lines[i], width, origin.to_text());
    }
    return text;
}

} // namespace audiomuse::settings
