#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <base/result.hpp>

namespace audiomuse::playlists {

enum class ClusterAlgorithm { kmeans, dbscan, gmm };

/// "kmeans", "dbscan", "gmm".
[[nodiscard]] std::string_view to_string(ClusterAlgorithm algorithm) noexcept;
[[nodiscard]] std::optional<ClusterAlgorithm> parse_cluster_algorithm(std::string_view word) noexcept;

enum class FeatureKind {
    moods,    ///< tempo and the 17 moods
    embedding ///< the network's embedding
};

/// "moods", "embedding".
[[nodiscard]] std::string_view to_string(FeatureKind kind) noexcept;
[[nodiscard]] std::optional<FeatureKind> parse_feature_kind(std::string_view word) noexcept;

/// What a clustering start can ask for; the names are those of the API. An absent end of a range is automatic.
struct ClusteringSettings {
    ClusterAlgorithm cluster_algorithm = ClusterAlgorithm::kmeans;
    std::optional<int> num_clusters_min; ///< of kmeans
    std::optional<int> num_clusters_max;
    std::optional<int> gmm_n_components_min; ///< of gmm
    std::optional<int> gmm_n_components_max;
    std::optional<double>
        dbscan_eps_min; ///< of dbscan, in the standardised features; see docs/clustering.md for its meaning under PCA
    std::optional<double> dbscan_eps_max;
    std::optional<int> dbscan_min_samples_min;
    std::optional<int> dbscan_min_samples_max;
    int pca_components_min = 0; ///< 0: no PCA
    int pca_components_max = 5;
    int clustering_runs = 1000;        ///< 1 to 100,000
    int max_songs_per_cluster = 40;    ///< 0: no limit
    int max_songs_per_artist = 3;      ///< 0: no limit
    double max_distance = 0.5;         ///< of a track to its centre, in units of four times the median of its cluster
    std::optional<std::uint64_t> seed; ///< absent: a random one
    FeatureKind features = FeatureKind::moods;
    double max_track_minutes = 30; ///< longer tracks stay out of playlists; 0: no limit
};

/// The first setting out of its range, or a min above its max, as `invalid_argument` with the setting's name in `field`.
[[nodiscard]] Result<void> validate(const ClusteringSettings& settings);

struct IntRange {
    int min = 0;
    int max = 0;

    friend bool operator==(const IntRange&, const IntRange&) = default;
};

struct RealRange {
    double min = 0;
    double max = 0;

    friend bool operator==(const RealRange&, const RealRange&) = default;
};

/// The ranges that a search uses once all automatic ends are settled.
struct ClusteringRanges {
    IntRange num_clusters;
    IntRange gmm_n_components;
    IntRange dbscan_min_samples;
    RealRange dbscan_eps;
    IntRange pca_components;
};

/// From clamp(tracks / 40, 2, 20) to clamp(tracks / 12, 2, 60): clusters of k-means, components of mixtures.
[[nodiscard]] IntRange automatic_clusters(std::size_t tracks) noexcept;

/// 5 to 20; below 100 tracks max(2, tracks / 20) to max(3, tracks / 10).
[[nodiscard]] IntRange automatic_min_samples(std::size_t tracks) noexcept;

/// All ranges but that of eps, for a library of `tracks` analysed tracks. When one end is given and the automatic other end lies
/// beyond it, that end moves to it. pca_components are clamped to the number of features.
[[nodiscard]] ClusteringRanges resolve_counts(const ClusteringSettings& settings, std::size_t tracks);

/// Columns of the feature matrix: 18 or 200.
[[nodiscard]] std::size_t feature_count(FeatureKind kind) noexcept;

} // namespace audiomuse::playlists
