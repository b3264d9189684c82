#include <settings/detail/finish.hpp>

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <sys/stat.h>

#include <base/files.hpp>
#include <base/text.hpp>
#include <settings/detail/table.hpp>

namespace audiomuse::settings::detail {

namespace {

/// A secret, and the setting that names a file with it.
struct SecretFile {
    std::string_view key;
    std::string_view file_key;
    Secret Settings::*secret;
    std::filesystem::path Settings::*file;
};
constexpr std::array k_secret_files{
    SecretFile{"api_token", "api_token_file", &Settings::api_token, &Settings::api_token_file},
    SecretFile{"jellyfin_token", "jellyfin_token_file", &Settings::jellyfin_token, &Settings::jellyfin_token_file},
    SecretFile{"subsonic_password", "subsonic_password_file", &Settings::subsonic_password, &Settings::subsonic_password_file},
    SecretFile{"subsonic_api_key", "subsonic_api_key_file", &Settings::subsonic_api_key, &Settings::subsonic_api_key_file},
};

struct Range {
    std::string_view min_key;
    std::string_view max_key;
};
constexpr std::array k_ranges{
    Range{"num_clusters_min", "num_clusters_max"},     Range{"gmm_n_components_min", "gmm_n_components_max"},
    Range{"dbscan_eps_min", "dbscan_eps_max"},         Range{"dbscan_min_samples_min", "dbscan_min_samples_max"},
    Range{"pca_components_min", "pca_components_max"},
};

Origin& origin(LoadedSettings& loaded, std::string_view key) { return loaded.origins.find(key)->second; }
bool is_given(LoadedSettings& loaded, std::string_view key) { return origin(loaded, key).kind != Origin::Kind::default_value; }

Result<void> resolve_secrets(LoadedSettings& loaded) {
    for (const SecretFile& pair : k_secret_files) {
        const Origin& secret = origin(loaded, pair.key);
        const Origin& file = origin(loaded, pair.file_key);
        const auto& path = loaded.settings.*pair.file;
        if (path.empty() || secret.kind > file.kind) {
            continue;
        }
        if (secret.kind == file.kind) {
            return fail(ErrorCode::invalid_argument,
                        fmt::format("{}: {} is given beside {}; give one of them.", file.to_text(), pair.file_key, pair.key),
                        std::string(pair.file_key));
        }
        auto text = audiomuse::read_file(path, 1U << 16U);
        if (!text) {
            return fail(text.error().code,
                        fmt::format("{}: {} cannot be used. {}", file.to_text(), pair.file_key, text.error().message),
                        std::string(pair.file_key));
        }
        text->erase(text->find_last_not_of(" \t\r\n") + 1);
        const RawValue value{RawValue::Kind::untyped, std::move(*text), file};
        if (value.text.empty()) {
            return fail(ErrorCode::invalid_argument, fmt::format("{}: the {} is empty.", file.to_text(), pair.file_key),
                        std::string(pair.file_key));
        }
        origin(loaded, pair.key) = value.origin;
        if (auto assigned = assign(*find_row(pair.key), value, {}, loaded.settings); !assigned) {
            return assigned;
        }
    }
    return {};
}

void derive_folders(Settings& settings, const TextMap& environment) {
    if (settings.data.empty()) {
        settings.data = xdg_directory(variable(environment, "XDG_DATA_HOME"), variable(environment, "HOME"), ".local/share");
    }
    if (settings.playlists_dir.empty()) {
        settings.playlists_dir = settings.data / "playlists";
    }
}

/// A given end moves the other end's default; two given ends must agree.
Result<void> check_ranges(LoadedSettings& loaded) {
    Settings& settings = loaded.settings;
    if (is_given(loaded, "pca_components_min") && !is_given(loaded, "pca_components_max")) {
        settings.pca_components_max = std::max(settings.pca_components_max, settings.pca_components_min);
    }
    const std::array agree{
        !settings.num_clusters_min || !settings.num_clusters_max || *settings.num_clusters_min <= *settings.num_clusters_max,
        !settings.gmm_n_components_min || !settings.gmm_n_components_max ||
            *settings.gmm_n_components_min <= *settings.gmm_n_components_max,
        !settings.dbscan_eps_min || !settings.dbscan_eps_max || *settings.dbscan_eps_min <= *settings.dbscan_eps_max,
        !settings.dbscan_min_samples_min || !settings.dbscan_min_samples_max ||
            *settings.dbscan_min_samples_min <= *settings.dbscan_min_samples_max,
        settings.pca_components_min <= settings.pca_components_max,
    };
    static_assert(agree.size() == k_ranges.size());
    for (std::size_t i = 0; i < k_ranges.size(); ++i) {
        if (!agree[i]) {
            const auto& [min_key, max_key] = k_ranges[i];
            return fail(ErrorCode::invalid_argument,
                        fmt::format("{} ({}) must not be above {} ({}).", min_key, origin(loaded, min_key).to_text(), max_key,
                                    origin(loaded, max_key).to_text()),
                        std::string(min_key));
        }
    }
    return {};
}

/// What the chosen media server cannot do without.
Result<void> check_media_server(LoadedSettings& loaded) {
    const Settings& s = loaded.settings;
    const auto missing = [&](std::string_view key, std::string_view what) {
        return fail(ErrorCode::invalid_argument,
                    fmt::format("{}: media_server {} needs {}; set {}.", origin(loaded, "media_server").to_text(),
                                to_string(s.media_server), what, key),
                    std::string(key));
    };
    if (s.media_server == MediaServer::jellyfin && s.jellyfin_url.empty()) {
        return missing("jellyfin_url", "the server's address");
    }
    if (s.media_server == MediaServer::jellyfin && s.jellyfin_token.empty()) {
        return missing("jellyfin_token", "an API token");
    }
    if (s.media_server == MediaServer::subsonic && s.subsonic_url.empty()) {
        return missing("subsonic_url", "the server's address");
    }
    if (s.media_server == MediaServer::subsonic && s.subsonic_api_key.empty() && s.subsonic_user.empty()) {
        return missing("subsonic_user", "a user with a password, or an API key");
    }
    if (s.media_server == MediaServer::subsonic && s.subsonic_api_key.empty() && s.subsonic_password.empty()) {
        return missing("subsonic_password", "the user's password");
    }
    return {};
}

} // namespace

std::string_view variable(const TextMap& environment, std::string_view name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string_view{} : std::string_view(found->second);
}

/// A file that holds a secret belongs to its owner alone.
Result<void> check_mode(LoadedSettings& loaded) {
    const std::filesystem::path& path = loaded.file;
    const std::string name = to_display_text(path.native());
    struct stat status {};
    const auto holds =
        std::ranges::find_if(k_secret_files, [&](const SecretFile& s) { return !(loaded.settings.*s.secret).empty(); });
    if (holds == k_secret_files.end() || ::stat(path.c_str(), &status) != 0 || (status.st_mode & 0077U) == 0) {
        return {};
    }
    const std::string remedy = fmt::format("Run chmod 600 '{}', or name a file with {}.", name, holds->file_key);
    if ((status.st_mode & 0007U) != 0) {
        return fail(
            ErrorCode::invalid_argument,
            fmt::format("{} holds {}, and every user of this machine can read or change it. {}", name, holds->key, remedy),
            std::string(holds->key));
    }
    loaded.warnings.push_back(
        fmt::format("{} holds {}, and a group of users can read or change it. {}", name, holds->key, remedy));
    return {};
}

Result<void> finish(LoadedSettings& loaded, const TextMap& environment) {
    if (auto resolved = resolve_secrets(loaded); !resolved) {
        return resolved;
    }
    derive_folders(loaded.settings, environment);
    if (auto agree = check_ranges(loaded); !agree) {
        return agree;
    }
    return check_media_server(loaded);
}

} // namespace audiomuse::settings::detail
