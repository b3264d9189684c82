#include <settings/detail/table.hpp>

#include <algorithm>
#include <array>
#include <limits>

namespace audiomuse::settings {

namespace {

constexpr std::array<std::string_view, 3> k_media_servers{"local", "jellyfin", "subsonic"};
constexpr std::array<std::string_view, 3> k_algorithms{"kmeans", "dbscan", "gmm"};
constexpr std::array<std::string_view, 2> k_features{"moods", "embedding"};

} // namespace

std::string_view to_string(MediaServer value) noexcept { return k_media_servers[static_cast<std::size_t>(value)]; }
std::string_view to_string(ClusterAlgorithm value) noexcept { return k_algorithms[static_cast<std::size_t>(value)]; }
std::string_view to_string(ClusteringFeatures value) noexcept { return k_features[static_cast<std::size_t>(value)]; }

namespace detail {

namespace {

constexpr std::array<std::string_view, 4> k_log_levels{"debug", "info", "warning", "error"};
constexpr std::array<std::string_view, 2> k_log_formats{"text", "json"};

static_assert(static_cast<int>(log::Level::error) == 3 && static_cast<int>(log::Level::debug) == 0);
static_assert(static_cast<int>(log::Format::json) == 1);

constexpr std::int64_t k_many = 1'000'000;
constexpr std::int64_t k_max_int = std::numeric_limits<std::int64_t>::max();

template <auto Member>
WordTarget word_target(std::span<const std::string_view> words) {
    return {words, [](const Settings& settings) { return static_cast<std::size_t>(settings.*Member); },
            [](Settings& settings, std::size_t position) {
                auto& value = settings.*Member;
                value = static_cast<std::remove_reference_t<decltype(value)>>(position);
            }};
}

auto make_rows() {
    using enum EnvironmentName;
    using S = Settings;
    return std::to_array<Row>({
        {"listen", prefixed, AddressTarget{&S::listen}, "The address and port of the HTTP server; port 0 takes a free one."},
        {"api_token", prefixed, SecretTarget{&S::api_token},
         "What requests must carry as Authorization: Bearer, and the page asks for. Without one, loopback is open, and on any "
         "other "
         "address the server makes one: the file api_token in the data folder."},
        {"api_token_file", prefixed, PathTarget{&S::api_token_file}, "A file that holds the api_token."},
        {"insecure_no_auth", prefixed, BooleanTarget{&S::insecure_no_auth},
         "Lets everybody who reaches the server use it, on any address, without a token."},
        {"allowed_hosts", prefixed, ListTarget{&S::allowed_hosts},
         "Names by which the server may be called while it asks for no token; addresses and localhost always may."},
        {"base_path", prefixed, TextTarget{&S::base_path},
         "The path below which a reverse proxy shows the server, as in /audiomuse."},
        {"trusted_proxies", prefixed, ListTarget{&S::trusted_proxies},
         "Addresses and networks of reverse proxies whose X-Forwarded-Host, X-Forwarded-Proto and user_header count."},
        {"user_header", prefixed, TextTarget{&S::user_header},
         "The header by which a trusted proxy names a user that logged in there, as in Remote-User; it replaces the token."},
        {"allowed_media_hosts", prefixed, ListTarget{&S::allowed_media_hosts},
         "Hosts that the jellyfin_url of a start call may name beside the configured server; without any, all."},
        {"media_server", prefixed, word_target<&S::media_server>(k_media_servers),
         "Where the music is, and where the playlists go: a local folder, a Jellyfin server, or a server with the Subsonic API "
         "(Navidrome, gonic, ...)."},
        {"library", prefixed, PathTarget{&S::library}, "The folder with the music."},
        {"data", prefixed, PathTarget{&S::data}, "The folder for the database.", "$XDG_DATA_HOME/audiomuse"},
        {"playlists_dir", prefixed, PathTarget{&S::playlists_dir}, "The folder for the m3u8 playlists.",
         "playlists in the data folder"},
        {"model_file", prefixed, PathTarget{&S::model_file}, "A weight file to use instead of the model inside the executable."},
        {"workers", prefixed, IntegerTarget{&S::workers, 0, 1024},
         "How many tracks are analysed at once; 0 takes what processors and memory allow."},
        {"child_memory_mib", prefixed, IntegerTarget{&S::child_memory_mib, 64, 65'536},
         "How much memory, in MiB, an analysis process may use before it is ended."},
        {"log_level", prefixed, word_target<&S::log_level>(k_log_levels), "The least important events that are logged."},
        {"log_format", prefixed, word_target<&S::log_format>(k_log_formats),
         "How a logged event is written: as a line, or as JSON."},
        {"jellyfin_url", bare, UrlTarget{&S::jellyfin_url}, "The address of the Jellyfin server."},
        {"jellyfin_user_id", bare, TextTarget{&S::jellyfin_user_id}, "The id of the Jellyfin user whose library is read."},
        {"jellyfin_token", bare, SecretTarget{&S::jellyfin_token}, "The API token of the Jellyfin server."},
        {"jellyfin_token_file", prefixed, PathTarget{&S::jellyfin_token_file}, "A file that holds the jellyfin_token."},
        {"jellyfin_user", prefixed, TextTarget{&S::jellyfin_user}, "The name of that user, in place of the id."},
        {"subsonic_url", prefixed, UrlTarget{&S::subsonic_url}, "The address of the Subsonic server."},
        {"subsonic_user", prefixed, TextTarget{&S::subsonic_user}, "The user of the Subsonic server."},
        {"subsonic_password", prefixed, SecretTarget{&S::subsonic_password, SecretForm::password}, "The password of that user."},
        {"subsonic_password_file", prefixed, PathTarget{&S::subsonic_password_file}, "A file that holds the subsonic_password."},
        {"subsonic_api_key", prefixed, SecretTarget{&S::subsonic_api_key},
         "An API key in place of user and password, where the server takes one."},
        {"subsonic_api_key_file", prefixed, PathTarget{&S::subsonic_api_key_file}, "A file that holds the subsonic_api_key."},
        {"music_libraries", prefixed, ListTarget{&S::music_libraries},
         "The names of the server's music libraries to read; without any, all are."},
        {"exclude_paths", prefixed, ListTarget{&S::exclude_paths},
         "Folders, files and patterns that are left out of analysis and playlists, as in Podcasts or Talk/2024."},
        {"exclude_genres", prefixed, ListTarget{&S::exclude_genres},
         "Genres that are left out of analysis and playlists, in any letter case."},
        {"max_duration_s", prefixed, IntegerTarget{&S::max_duration_s, 0, 10'000'000},
         "Songs longer than this, in seconds, are left out of analysis and playlists; 0 is no limit."},
        {"path_map", prefixed, PathMapTarget{&S::path_map},
         "Where the server's folders are mounted here: files that are found there are read without a download."},
        {"playlists_public", prefixed, BooleanTarget{&S::playlists_public},
         "Whether other users of the server see the playlists."},
        {"playlist_users", prefixed, ListTarget{&S::playlist_users},
         "The names or ids of the Jellyfin users who each get the playlists; without any, the one user does."},
        {"ca_file", prefixed, PathTarget{&S::ca_file}, "A file with certificates to trust beside those of the system."},
        {"transfers", prefixed, IntegerTarget{&S::transfers, 0, 256},
         "How many tracks are fetched from the server at once; 0 takes twice as many as analysis processes."},
        {"max_track_mib", prefixed, IntegerTarget{&S::max_track_mib, 1, 1'000'000}, "Larger files, in MiB, are not fetched."},
        {"spool_mib", prefixed, IntegerTarget{&S::spool_mib, 16, 1'000'000},
         "How much disk, in MiB, fetched files may take in the data folder; a larger file goes alone."},
        {"num_recent_albums", bare, IntegerTarget{&S::num_recent_albums, 0, 1'000'000'000},
         "How many of the newest albums an analysis visits; 0 visits all."},
        {"top_n_moods", bare, IntegerTarget{&S::top_n_moods, 1, 17}, "How many moods of a track are shown, strongest first."},
        {"max_track_minutes", prefixed, IntegerTarget{&S::max_track_minutes, 1, 10'080},
         "Longer tracks are analysed but stay out of playlists."},
        {"cluster_algorithm", bare, word_target<&S::cluster_algorithm>(k_algorithms), "How tracks are grouped."},
        {"clustering_features", prefixed, word_target<&S::clustering_features>(k_features),
         "What tracks are grouped by: tempo and moods, or the embedding of the network."},
        {"clustering_runs", bare, IntegerTarget{&S::clustering_runs, 1, 100'000},
         "How many combinations of parameters a clustering tries."},
        {"clustering_seed", prefixed, OptionalIntegerTarget{&S::clustering_seed, 0, k_max_int},
         "Makes a clustering repeatable; automatic takes a new one for each run."},
        {"num_clusters_min", bare, OptionalIntegerTarget{&S::num_clusters_min, 1, 10'000},
         "The least number of clusters for kmeans; automatic follows the size of the library."},
        {"num_clusters_max", bare, OptionalIntegerTarget{&S::num_clusters_max, 1, 10'000},
         "The greatest number of clusters for kmeans; automatic follows the size of the library."},
        {"gmm_n_components_min", bare, OptionalIntegerTarget{&S::gmm_n_components_min, 1, 10'000},
         "The least number of components for gmm; automatic follows the size of the library."},
        {"gmm_n_components_max", bare, OptionalIntegerTarget{&S::gmm_n_components_max, 1, 10'000},
         "The greatest number of components for gmm; automatic follows the size of the library."},
        {"dbscan_eps_min", bare, OptionalNumberTarget{&S::dbscan_eps_min, 0.0001, 1000},
         "The least neighbourhood radius for dbscan; automatic follows the distances in the library."},
        {"dbscan_eps_max", bare, OptionalNumberTarget{&S::dbscan_eps_max, 0.0001, 1000},
         "The greatest neighbourhood radius for dbscan; automatic follows the distances in the library."},
        {"dbscan_min_samples_min", bare, OptionalIntegerTarget{&S::dbscan_min_samples_min, 1, 10'000},
         "The least number of neighbours for dbscan; automatic is 5, and less below 100 tracks."},
        {"dbscan_min_samples_max", bare, OptionalIntegerTarget{&S::dbscan_min_samples_max, 1, 10'000},
         "The greatest number of neighbours for dbscan; automatic is 20, and less below 100 tracks."},
        {"pca_components_min", bare, IntegerTarget{&S::pca_components_min, 0, 10'000},
         "The least number of principal components that are kept; 0 is no PCA."},
        {"pca_components_max", bare, IntegerTarget{&S::pca_components_max, 0, 10'000},
         "The greatest number of principal components that are kept; 0 is no PCA."},
        {"max_distance", bare, NumberTarget{&S::max_distance, 0.01, 1000},
         "Songs further from the centre of their playlist are left out; 0.5 is twice the median distance."},
        {"max_songs_per_cluster", bare, IntegerTarget{&S::max_songs_per_cluster, 0, k_many},
         "How many songs a playlist may have; 0 is no limit."},
        {"max_songs_per_artist", bare, IntegerTarget{&S::max_songs_per_artist, 0, k_many},
         "How many songs of one artist a playlist may have; 0 is no limit."},
    });
}

} // namespace

std::span<const Row> rows() {
    static const auto table = make_rows();
    return table;
}

const Row* find_row(std::string_view key) {
    const auto found = std::ranges::find(rows(), key, &Row::key);
    return found == rows().end() ? nullptr : &*found;
}

} // namespace detail
} // namespace audiomuse::settings
