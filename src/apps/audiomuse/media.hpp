#pragma once

#include <memory>
#include <stop_token>

#include <app/named_server.hpp>
#include <base/result.hpp>
#include <domain/music_source.hpp>
#include <domain/playlist_sink.hpp>
#include <library/server_check.hpp>
#include <net/http_client.hpp>
#include <settings/settings.hpp>

namespace audiomuse::apps {

class Stores;

/// Where the music comes from and where the playlists go.
struct Media {
    std::unique_ptr<net::HttpClient> http; ///< null for a folder; outlives the others
    std::unique_ptr<MusicSource> source;
    std::unique_ptr<PlaylistSink> sink;
};

/// The name of the configured source in the store.
[[nodiscard]] SourceId source_id(const settings::Settings& settings);

/// Whether the settings can name a source: the folder is there. Error invalid_argument names the setting to mend.
[[nodiscard]] Result<void> check_media(const settings::Settings& settings);

/// Connects nothing yet. `stores` must outlive the result.
[[nodiscard]] Media open_media(const settings::Settings& settings, Stores& stores);

/// The settings for the Jellyfin server that one analysis asked for. No credential of the configured server goes to another one,
/// and no setting that speaks of its libraries and paths.
[[nodiscard]] settings::Settings settings_for(const app::NamedServer& server, const settings::Settings& settings);

/// Error invalid_argument for what is no http or https address.
[[nodiscard]] Result<app::ServerAddress> server_address(const std::string& url);

/// "the folder /music", "Jellyfin at http://nas:8096".
[[nodiscard]] std::string describe_media(const settings::Settings& settings);

/// Tries the configured server. Error invalid_argument for a local folder.
[[nodiscard]] Result<library::ServerCheck> check_server(const settings::Settings& settings, std::stop_token stop);

} // namespace audiomuse::apps
