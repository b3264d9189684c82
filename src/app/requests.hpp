#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace audiomuse::app {

/// The body of a start of an analysis; what is absent takes the configured value.
struct AnalysisRequest {
    std::optional<std::string> jellyfin_url;
    std::optional<std::string> jellyfin_user_id;
    std::optional<std::string> jellyfin_token;
    std::optional<std::int64_t> num_recent_albums; ///< 0: all
    std::optional<std::int64_t> top_n_moods;       ///< 1 to 17
    std::optional<bool> retry_failed;              ///< try what is remembered as unreadable, too
    std::optional<bool> accept_removals;           ///< what is not listed is gone, however much it is
};

/// The body of a start of a clustering; what is absent takes the configured value.
struct ClusteringRequest {
    std::optional<std::string> cluster_algorithm; ///< kmeans, dbscan or gmm; `clustering_method` on the wire is the same field
    std::optional<std::int64_t> num_clusters_min;
    std::optional<std::int64_t> num_clusters_max;
    std::optional<double> dbscan_eps_min;
    std::optional<double> dbscan_eps_max;
    std::optional<std::int64_t> dbscan_min_samples_min;
    std::optional<std::int64_t> dbscan_min_samples_max;
    std::optional<std::int64_t> gmm_n_components_min;
    std::optional<std::int64_t> gmm_n_components_max;
    std::optional<std::int64_t> pca_components_min;
    std::optional<std::int64_t> pca_components_max;
    std::optional<std::int64_t> clustering_runs;
    std::optional<std::int64_t> max_songs_per_cluster;
    std::optional<std::int64_t> max_songs_per_artist;
    std::optional<double> max_distance;
    std::optional<std::int64_t> seed;
    std::optional<std::string> clustering_features; ///< moods or embedding
};

} // namespace audiomuse::app
