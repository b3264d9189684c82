#include <app/clustering_params.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace audiomuse::app {

namespace {

using playlists::ClusteringSettings;

/// Copies request values over settings; the first that does not fit is kept as the error.
class Merger {
  public:
    static void number(const std::optional<std::int64_t>& given, int& value) {
        if (given) {
            value = narrowed(*given);
        }
    }
    /// Both ends of a range; Value is int or std::optional<int>, double or std::optional<double>.
    template <class Given, class Value>
    void range(const char* min_name, const std::optional<Given>& min, Value& min_value, const std::optional<Given>& max,
               Value& max_value) {
        if (min && max && *min > *max) {
            reject(min_name, fmt::format("Field \"{}\" is {}, above its max of {}.", min_name, *min, *max));
            return;
        }
        if (min) {
            min_value = narrowed(*min);
            if (!max && is_set(max_value) && plain(max_value) < plain(min_value)) {
                max_value = min_value;
            }
        }
        if (max) {
            max_value = narrowed(*max);
            if (!min && is_set(min_value) && plain(min_value) > plain(max_value)) {
                min_value = max_value;
            }
        }
    }
    void reject(const char* name, std::string message) {
        if (!m_error) {
            m_error = Error{ErrorCode::invalid_argument, std::move(message), name};
        }
    }
    [[nodiscard]] const std::optional<Error>& error() const { return m_error; }

  private:
    template <class T>
    static bool is_set(const std::optional<T>& value) {
        return value.has_value();
    }
    static bool is_set(int) { return true; }
    template <class T>
    static T plain(const std::optional<T>& value) {
        return *value;
    }
    static int plain(int value) { return value; }

    /// What no int can hold becomes the nearest that can: validate() refuses it by its rule.
    static int narrowed(std::int64_t value) {
        return static_cast<int>(
            std::clamp<std::int64_t>(value, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
    }
    static double narrowed(double value) { return value; }

    std::optional<Error> m_error;
};

template <class T>
nlohmann::ordered_json optional_json(const std::optional<T>& value) {
    return value ? nlohmann::ordered_json(*value) : nullptr;
}

template <class T>
void read(const nlohmann::json& object, const char* name, std::optional<T>& value) {
    if (const auto& field = object.at(name); !field.is_null()) {
        value = field.get<T>();
    }
}

} // namespace

Result<ClusteringSettings> merge(const ClusteringSettings& configured, const ClusteringRequest& request) {
    ClusteringSettings settings = configured;
    Merger merger;
    if (request.cluster_algorithm) {
        if (const auto algorithm = playlists::parse_cluster_algorithm(*request.cluster_algorithm)) {
            settings.cluster_algorithm = *algorithm;
        } else {
            merger.reject("cluster_algorithm", "Field \"cluster_algorithm\" must be kmeans, dbscan or gmm.");
        }
    }
    if (request.clustering_features) {
        if (const auto kind = playlists::parse_feature_kind(*request.clustering_features)) {
            settings.features = *kind;
        } else {
            merger.reject("clustering_features", "Field \"clustering_features\" must be moods or embedding.");
        }
    }
    if (request.seed) {
        if (*request.seed < 0) {
            merger.reject("seed", "Field \"seed\" must not be negative.");
        }
        settings.seed = static_cast<std::uint64_t>(*request.seed);
    }
    if (request.max_distance) {
        settings.max_distance = *request.max_distance;
    }
    Merger::number(request.clustering_runs, settings.clustering_runs);
    Merger::number(request.max_songs_per_cluster, settings.max_songs_per_cluster);
    Merger::number(request.max_songs_per_artist, settings.max_songs_per_artist);
    merger.range("num_clusters_min", request.num_clusters_min, settings.num_clusters_min, request.num_clusters_max,
                 settings.num_clusters_max);
    merger.range("gmm_n_components_min", request.gmm_n_components_min, settings.gmm_n_components_min,
                 request.gmm_n_components_max, settings.gmm_n_components_max);
    merger.range("dbscan_eps_min", request.dbscan_eps_min, settings.dbscan_eps_min, request.dbscan_eps_max,
                 settings.dbscan_eps_max);
    merger.range("dbscan_min_samples_min", request.dbscan_min_samples_min, settings.dbscan_min_samples_min,
                 request.dbscan_min_samples_max, settings.dbscan_min_samples_max);
    merger.range("pca_components_min", request.pca_components_min, settings.pca_components_min, request.pca_components_max,
                 settings.pca_components_max);
    if (merger.error()) {
        return tl::unexpected(*merger.error());
    }
    if (auto valid = playlists::validate(settings); !valid) {
        return fail(std::move(valid));
    }
    return settings;
}

std::string to_json(const ClusteringSettings& settings) {
    nlohmann::ordered_json json;
    json["cluster_algorithm"] = playlists::to_string(settings.cluster_algorithm);
    json["num_clusters_min"] = optional_json(settings.num_clusters_min);
    json["num_clusters_max"] = optional_json(settings.num_clusters_max);
    json["gmm_n_components_min"] = optional_json(settings.gmm_n_components_min);
    json["gmm_n_components_max"] = optional_json(settings.gmm_n_components_max);
    json["dbscan_eps_min"] = optional_json(settings.dbscan_eps_min);
    json["dbscan_eps_max"] = optional_json(settings.dbscan_eps_max);
    json["dbscan_min_samples_min"] = optional_json(settings.dbscan_min_samples_min);
    json["dbscan_min_samples_max"] = optional_json(settings.dbscan_min_samples_max);
    json["pca_components_min"] = settings.pca_components_min;
    json["pca_components_max"] = settings.pca_components_max;
    json["clustering_runs"] = settings.clustering_runs;
    json["max_songs_per_cluster"] = settings.max_songs_per_cluster;
    json["max_songs_per_artist"] = settings.max_songs_per_artist;
    json["max_distance"] = settings.max_distance;
    json["seed"] = optional_json(settings.seed);
    json["clustering_features"] = playlists::to_string(settings.features);
    json["max_track_minutes"] = settings.max_track_minutes;
    return json.dump();
}

Result<ClusteringSettings> parse_clustering_settings(const std::string& json) {
    try {
        const auto object = nlohmann::json::parse(json);
        ClusteringSettings settings;
        const auto algorithm = playlists::parse_cluster_algorithm(object.at("cluster_algorithm").get<std::string>());
        const auto kind = playlists::parse_feature_kind(object.at("clustering_features").get<std::string>());
        if (!algorithm || !kind) {
            return fail(ErrorCode::damaged, "The stored parameters of the clustering cannot be read.");
        }
        settings.cluster_algorithm = *algorithm;
        settings.features = *kind;
        read(object, "num_clusters_min", settings.num_clusters_min);
        read(object, "num_clusters_max", settings.num_clusters_max);
        read(object, "gmm_n_components_min", settings.gmm_n_components_min);
        read(object, "gmm_n_components_max", settings.gmm_n_components_max);
        read(object, "dbscan_eps_min", settings.dbscan_eps_min);
        read(object, "dbscan_eps_max", settings.dbscan_eps_max);
        read(object, "dbscan_min_samples_min", settings.dbscan_min_samples_min);
        read(object, "dbscan_min_samples_max", settings.dbscan_min_samples_max);
        settings.pca_components_min = object.at("pca_components_min").get<int>();
        settings.pca_components_max = object.at("pca_components_max").get<int>();
        settings.clustering_runs = object.at("clustering_runs").get<int>();
        settings.max_songs_per_cluster = object.at("max_songs_per_cluster").get<int>();
        settings.max_songs_per_artist = object.at("max_songs_per_artist").get<int>();
        settings.max_distance = object.at("max_distance").get<double>();
        read(object, "seed", settings.seed);
        settings.max_track_minutes = object.at("max_track_minutes").get<double>();
        return settings;
    } catch (const nlohmann::json::exception&) {
        return fail(ErrorCode::damaged, "The stored parameters of the clustering cannot be read.");
    }
}

} // namespace audiomuse::app
