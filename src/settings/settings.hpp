#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <base/log.hpp>
#include <settings/secret.hpp>

namespace audiomuse::settings {

/// Where the server listens. Port 0 lets the system choose a free one.
struct ListenAddress {
    std::string host = "127.0.0.1"; ///< a name or an address; an IPv6 address without brackets
    std::uint16_t port = 8000;

    friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

enum class MediaServer { local, jellyfin, subsonic };
enum class ClusterAlgorithm { kmeans, dbscan, gmm };
enum class ClusteringFeatures { moods, embedding };

[[nodiscard]] std::string_view to_string(MediaServer value) noexcept;
[[nodiscard]] std::string_view to_string(ClusterAlgorithm value) noexcept;
[[nodiscard]] std::string_view to_string(ClusteringFeatures value) noexcept;

/// Files below `server` (as the media server names them) lie below `here` on this machine.
struct PathMapping {
    std::string server;
    std::filesystem::path here;

    friend bool operator==(const PathMapping&, const PathMapping&) = default;
};

/// All settings of the program, validated. What these members start with are the defaults; an empty optional is "automatic".
struct Settings {
    ListenAddress listen;
    Secret api_token; ///< empty: no token is asked for
    std::filesystem::path api_token_file;
    bool insecure_no_auth = false;                ///< no token, wherever the server listens
    std::vector<std::string> allowed_hosts;       ///< names that requests may call the server by
    std::string base_path;                        ///< empty, or begins with a slash: what a reverse proxy puts before all paths
    std::vector<std::string> trusted_proxies;     ///< addresses and networks
    std::string user_header;                      ///< by which a trusted proxy names a user that logged in there
    std::vector<std::string> allowed_media_hosts; ///< that start calls may name; empty: any

    MediaServer media_server = MediaServer::local;
    std::filesystem::path library;       ///< absolute; empty: none is configured
    std::filesystem::path data;          ///< absolute
    std::filesystem::path playlists_dir; ///< absolute
    std::filesystem::path model_file;    ///< absolute; empty: the model inside the executable

    std::int64_t workers = 0; ///< 0: as many as processors and memory allow
    std::int64_t child_memory_mib = 256;

    log::Level log_level = log::Level::info;
    log::Format log_format = log::Format::text;

    std::string jellyfin_url; ///< empty, or an http or https URL without credentials
    std::string jellyfin_user_id;
    std::string jellyfin_user; ///< the user's name: used where jellyfin_user_id is empty
    Secret jellyfin_token;
    std::filesystem::path jellyfin_token_file;

    std::string subsonic_url; ///< as jellyfin_url
    std::string subsonic_user;
    Secret subsonic_password;
    std::filesystem::path subsonic_password_file;
    Secret subsonic_api_key;
    std::filesystem::path subsonic_api_key_file;

    std::vector<std::string> music_libraries; ///< names on the server; empty: all
    std::vector<std::string> exclude_paths;   ///< as in TrackScope, as is exclude_genres
    std::vector<std::string> exclude_genres;
    std::int64_t max_duration_s = 0; ///< 0: no limit
    std::vector<PathMapping> path_map;
    bool playlists_public = false;
    std::vector<std::string> playlist_users; ///< ids or names on the server; empty: the one user
    std::filesystem::path ca_file;           ///< empty: the system's trust store
    std::int64_t transfers = 0;              ///< tracks fetched at once; 0: twice as many as analysis processes
    std::int64_t max_track_mib = 2048;       ///< larger files are not fetched
    std::int64_t spool_mib = 1024;           ///< fetched files on disk at once

    std::int64_t num_recent_albums = 0; ///< 0: all
    std::int64_t top_n_moods = 5;
    std::int64_t max_track_minutes = 30;

    ClusterAlgorithm cluster_algorithm = ClusterAlgorithm::kmeans;
    ClusteringFeatures clustering_features = ClusteringFeatures::moods;
    std::int64_t clustering_runs = 1000;
    std::optional<std::int64_t> clustering_seed;
    std::optional<std::int64_t> num_clusters_min;
    std::optional<std::int64_t> num_clusters_max;
    std::optional<std::int64_t> gmm_n_components_min;
    std::optional<std::int64_t> gmm_n_components_max;
    std::optional<double> dbscan_eps_min;
    std::optional<double> dbscan_eps_max;
    std::optional<std::int64_t> dbscan_min_samples_min;
    std::optional<std::int64_t> dbscan_min_samples_max;
    std::int64_t pca_components_min = 0; ///< 0: no PCA
    std::int64_t pca_components_max = 5;

    double max_distance = 0.5;
    std::int64_t max_songs_per_cluster = 40; ///< 0: no limit
    std::int64_t max_songs_per_artist = 3;   ///< 0: no limit
};

} // namespace audiomuse::settings
