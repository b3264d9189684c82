#include "media.hpp"

#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include <base/hash.hpp>
#include <base/log.hpp>
#include <library/jellyfin_check.hpp>
#include <library/jellyfin_music_source.hpp>
#include <library/jellyfin_playlist_sink.hpp>
#include <library/local_music_source.hpp>
#include <library/m3u8_playlist_sink.hpp>
#include <library/subsonic_music_source.hpp>
#include <library/subsonic_playlist_sink.hpp>

#include "engine.hpp"
#include "version.hpp"

namespace audiomuse::apps {

namespace {

using settings::MediaServer;

std::unique_ptr<net::HttpClient> make_http(const settings::Settings& settings) {
    net::ClientSettings client;
    client.user_agent = fmt::format("audiomuse/{}", k_version);
    client.ca_file = settings.ca_file;
    client.max_downloads = static_cast<std::uint32_t>(transfer_count(settings));
    return std::make_unique<net::HttpClient>(std::move(client));
}

/// Names this installation: the same after a restart, another on another machine or for another data folder.
std::string device_id(const settings::Settings& settings) {
    char host[256] = {};
    ::gethostname(host, sizeof host - 1);
    return hash128_hex(fmt::format("{}\n{}", host, settings.data.native()));
}

library::RemoteAudioSettings audio_settings(const settings::Settings& settings) {
    library::RemoteAudioSettings audio;
    audio.spool_folder = settings.data;
    audio.spool_bytes = static_cast<std::uint64_t>(settings.spool_mib) << 20U;
    audio.max_track_bytes = static_cast<std::uint64_t>(settings.max_track_mib) << 20U;
    for (const settings::PathMapping& mapping : settings.path_map) {
        audio.path_map.push_back({mapping.server, mapping.here});
    }
    return audio;
}

library::JellyfinSettings jellyfin_settings(const settings::Settings& settings) {
    library::JellyfinSettings jellyfin;
    jellyfin.url = settings.jellyfin_url;
    jellyfin.user = settings.jellyfin_user_id.empty() ? settings.jellyfin_user : settings.jellyfin_user_id;
    jellyfin.token = settings.jellyfin_token.reveal();
    jellyfin.device_id = device_id(settings);
    jellyfin.version = k_version;
    jellyfin.music_libraries = settings.music_libraries;
    jellyfin.public_playlists = settings.playlists_public;
    jellyfin.playlist_users = settings.playlist_users;
    return jellyfin;
}

/// The path itself, or the part of it that exists: for a trial that makes no folder.
std::filesystem::path nearest_folder(std::filesystem::path path) {
    std::error_code error;
    while (!std::filesystem::is_directory(path, error) && path.has_relative_path()) {
        path = path.parent_path();
    }
    return path;
}

Result<void> check_library_folder(const settings::Settings& settings) {
    if (settings.library.empty()) {
        return fail(ErrorCode::invalid_argument,
                    "No music folder is given: use --library DIR, or set library in the settings file.", "library");
    }
    if (std::error_code error; !std::filesystem::is_directory(settings.library, error)) {
        return fail(ErrorCode::invalid_argument,
                    fmt::format("The library {} is not a folder that can be read.", settings.library.string()), "library");
    }
    return {};
}

/// Only a Jellyfin server lets one user make playlists for others.
void warn_of_playlist_users(const settings::Settings& settings) {
    if (settings.playlist_users.empty()) {
        return;
    }
    if (settings.media_server == MediaServer::local) {
        log::warn("playlist_users has no effect: a folder of playlists has no users. Remove the setting; everybody who can read "
                  "the folder {} has the playlists.",
                  settings.playlists_dir.string());
    } else {
        log::warn(
            "playlist_users has no effect: a Subsonic server lets a user make playlists only for itself. Remove the setting "
            "and set playlists_public = true, so that others see those of {}.",
            settings.subsonic_user.empty() ? "the user of the API key" : settings.subsonic_user);
    }
}

Media open_folder(const settings::Settings& settings, Stores& stores) {
    Media media;
    media.source = std::make_unique<library::LocalMusicSource>(
        library::LocalMusicSource::Settings{settings.library}, [&stores](const TrackId& id, const FileStamp& stamp) {
            auto known = stores.tracks.find(id);
            return known && *known && (*known)->stamp == stamp ? std::move(*known) : std::nullopt;
        });
    media.sink = std::make_unique<library::M3u8PlaylistSink>(
        library::M3u8PlaylistSink::Settings{settings.playlists_dir, settings.library});
    return media;
}

Media open_jellyfin(const settings::Settings& settings) {
    Media media;
    media.http = make_http(settings);
    media.source =
        std::make_unique<library::JellyfinMusicSource>(jellyfin_settings(settings), audio_settings(settings), *media.http);
    media.sink = std::make_unique<library::JellyfinPlaylistSink>(jellyfin_settings(settings), *media.http);
    return media;
}

/// check_media() has seen the address.
library::SubsonicAccess subsonic_access(const settings::Settings& settings) {
    return {net::Url::parse(settings.subsonic_url).value(), settings.subsonic_user, settings.subsonic_password.reveal(),
            settings.subsonic_api_key.reveal()};
}

Media open_subsonic(const settings::Settings& settings) {
    Media media;
    media.http = make_http(settings);
    media.source = std::make_unique<library::SubsonicMusicSource>(
        library::SubsonicMusicSource::Settings{subsonic_access(settings), audio_settings(settings), settings.music_libraries},
        *media.http);
    using Visibility = library::SubsonicPlaylistSink::Visibility;
    media.sink = std::make_unique<library::SubsonicPlaylistSink>(
        library::SubsonicPlaylistSink::Settings{subsonic_access(settings),
                                                settings.playlists_public ? Visibility::everyone : Visibility::of_the_user},
        *media.http);
    return media;
}

} // namespace

SourceId source_id(const settings::Settings& settings) {
    switch (settings.media_server) {
    case MediaServer::jellyfin: return open_jellyfin(settings).source->id();
    case MediaServer::subsonic:
        return net::Url::parse(settings.subsonic_url) ? open_subsonic(settings).source->id() : SourceId("subsonic");
    case MediaServer::local: break;
    }
    return SourceId("local");
}

Result<void> check_media(const settings::Settings& settings) {
    if (settings.media_server == MediaServer::subsonic) {
        if (auto url = net::Url::parse(settings.subsonic_url); !url) {
            return fail(ErrorCode::invalid_argument, fmt::format("subsonic_url: {}", url.error().message), "subsonic_url");
        }
    }
    return settings.media_server == MediaServer::local ? check_library_folder(settings) : Result<void>{};
}

Media open_media(const settings::Settings& settings, Stores& stores) {
    switch (settings.media_server) {
    case MediaServer::jellyfin: return open_jellyfin(settings);
    case MediaServer::subsonic: warn_of_playlist_users(settings); return open_subsonic(settings);
    case MediaServer::local: warn_of_playlist_users(settings); break;
    }
    return open_folder(settings, stores);
}

settings::Settings settings_for(const app::NamedServer& server, const settings::Settings& settings) {
    settings::Settings named = settings;
    const auto address = server_address(server.url);
    const auto own = server_address(settings.jellyfin_url);
    if (!address || !own || *address != *own) {
        named.jellyfin_url = address ? address->text : server.url; // without what follows a question mark
        named.jellyfin_user_id.clear();
        named.jellyfin_user.clear();
        named.jellyfin_token = settings::Secret(server.token);
        named.music_libraries.clear();
        named.path_map.clear();
        named.exclude_paths.clear();
    }
    if (!server.user_id.empty()) {
        named.jellyfin_user_id = server.user_id;
    }
    if (!server.token.empty()) {
        named.jellyfin_token = settings::Secret(server.token);
    }
    return named;
}

Result<app::ServerAddress> server_address(const std::string& url) {
    const auto parsed = net::Url::parse(url);
    if (!parsed) {
        return tl::unexpected(parsed.error());
    }
    const std::string address = parsed->shown();
    return app::ServerAddress{address.substr(0, address.find_last_not_of('/') + 1), parsed->host()};
}

std::string describe_media(const settings::Settings& settings) {
    switch (settings.media_server) {
    case MediaServer::jellyfin: return fmt::format("Jellyfin at {}", settings.jellyfin_url);
    case MediaServer::subsonic: return fmt::format("the Subsonic server at {}", settings.subsonic_url);
    case MediaServer::local: break;
    }
    return fmt::format("the folder {}", settings.library.string());
}

Result<library::ServerCheck> check_server(const settings::Settings& settings, std::stop_token stop) {
    const auto http = make_http(settings);
    switch (settings.media_server) {
    case MediaServer::jellyfin:
        return library::check_jellyfin(jellyfin_settings(settings), *http, library::PlaylistTrial::make_and_remove, stop);
    case MediaServer::subsonic: {
        if (auto usable = check_media(settings); !usable) {
            return fail(std::move(usable));
        }
        settings::Settings trial = settings;
        trial.data = nearest_folder(settings.data);
        const Media media = open_subsonic(trial);
        return library::check_by_use(*media.source, *media.sink, library::PlaylistTrial::make_and_remove, stop);
    }
    case MediaServer::local: break;
    }
    return fail(ErrorCode::invalid_argument, "The music is in a folder; there is no server to try.", "media_server");
}

} // namespace audiomuse::apps
