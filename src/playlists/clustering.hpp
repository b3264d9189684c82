#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <base/result.hpp>
#include <cluster/search.hpp>
#include <playlists/settings.hpp>
#include <playlists/track_features.hpp>

namespace audiomuse::playlists {

struct ProposedPlaylist {
    std::string name;                ///< ends in "_automatic", unique
    std::vector<std::size_t> tracks; ///< indices into the given tracks, in published order
};

/// What the best run of the search used. Which of the method's values count depends on `method`.
struct BestParameters {
    ClusterAlgorithm method = ClusterAlgorithm::kmeans;
    int n_clusters = 0;     ///< kmeans: clusters found (fewer than tried when there were too few different tracks)
    int n_components = 0;   ///< gmm: likewise
    double eps = 0;         ///< dbscan
    int min_samples = 0;    ///< dbscan
    int pca_components = 0; ///< 0: PCA was not used
    int max_songs_per_cluster = 0;
    int run_id = 0;         ///< from 1
    std::uint64_t seed = 0; ///< of the whole search
};

struct ClusteringOutcome {
    std::vector<ProposedPlaylist> playlists; ///< the largest first; empty when no cluster was large enough
    BestParameters best_params;
    double best_score = 0; ///< 0 to 1, see docs/clustering.md
    int runs_completed = 0;
    std::size_t tracks_considered = 0; ///< given tracks that are not too long, no repetition of a song, and have the features
    std::size_t tracks_placed = 0;     ///< tracks in playlists
};

/// What a run gets from its surroundings. Nothing here but `taken_names` and `known_scores` has a say in the result.
struct ClusteringContext {
    std::span<const std::string> taken_names{}; ///< of kept playlists
    std::span<const double> known_scores{};     ///< of a broken-off search's finished batches, see cluster::search
    cluster::SearchCallbacks callbacks{};
    unsigned threads = 1;
};

/// 32 random bits: a seed that survives JSON and is short enough to type.
[[nodiscard]] std::uint64_t random_seed();

/// Groups tracks by how they sound and makes playlists of the groups: features, parameter search, selection, names, order. The
/// same tracks (in any order), settings, seed and instruction set give the same playlists for any number of threads. Above a few
/// thousand tracks the search looks at a sample, and the best clustering then places all tracks. Failures: `invalid_argument` of
/// validate(), `conflict` for fewer than two tracks to consider, `cancelled`.
[[nodiscard]] Result<ClusteringOutcome> make_playlists(std::span<const TrackFeatures> tracks, const ClusteringSettings& settings,
                                                       const ClusteringContext& context, std::stop_token stop);

/// More tracks than these tell resolve_ranges() nothing new.
inline constexpr std::size_t k_range_sample = 2000;

/// All ranges that a start with these settings would use on these tracks now. The automatic range of eps goes from the median
/// distance of a track to its min_samples-th neighbour, for the least min_samples, to the 90th percentile for the greatest,
/// as k_range_sample of the tracks show it; below two tracks it is that of an average library.
[[nodiscard]] Result<ClusteringRanges> resolve_ranges(std::span<const TrackFeatures> tracks, const ClusteringSettings& settings,
                                                      std::stop_token stop);

} // namespace audiomuse::playlists
