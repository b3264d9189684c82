#include <gtest/gtest.h>

#include <playlists/clustering.hpp>

#include "real_tracks.hpp"

namespace audiomuse::playlists {
namespace {

struct Case {
    ClusterAlgorithm algorithm;
    std::size_t tracks;
    int runs;
    double least_placed;
    std::size_t least_playlists; ///< of five songs or more
};

class RealTracks : public ::testing::TestWithParam<Case> {};

TEST_P(RealTracks, AreMostlyPlaced) {
    const Case& expected = GetParam();
    ClusteringSettings settings;
    settings.cluster_algorithm = expected.algorithm;
    settings.clustering_runs = expected.runs;
    settings.seed = 1;
    const auto outcome = make_playlists(testing::real_tracks(expected.tracks, 7), settings, {}, {});
    ASSERT_TRUE(outcome);
    EXPECT_GE(static_cast<double>(outcome->tracks_placed), expected.least_placed * static_cast<double>(expected.tracks));
    std::size_t playlists = 0;
    for (const auto& playlist : outcome->playlists) {
        playlists += playlist.tracks.size() >= 5 ? 1U : 0U;
    }
    EXPECT_GE(playlists, expected.least_playlists);
}

INSTANTIATE_TEST_SUITE_P(
    All, RealTracks,
    ::testing::Values(Case{ClusterAlgorithm::kmeans, 12, 300, 0.7, 1}, Case{ClusterAlgorithm::kmeans, 41, 300, 0.7, 4},
                      Case{ClusterAlgorithm::kmeans, 60, 100, 0.7, 4}, Case{ClusterAlgorithm::kmeans, 200, 30, 0.7, 10},
                      Case{ClusterAlgorithm::kmeans, 600, 5, 0.7, 15}, Case{ClusterAlgorithm::gmm, 12, 100, 0.7, 1},
                      Case{ClusterAlgorithm::gmm, 41, 40, 0.7, 4}, Case{ClusterAlgorithm::gmm, 60, 30, 0.7, 4},
                      Case{ClusterAlgorithm::gmm, 200, 5, 0.7, 8}, Case{ClusterAlgorithm::gmm, 600, 1, 0.7, 12},
                      Case{ClusterAlgorithm::dbscan, 12, 200, 0.7, 1}, Case{ClusterAlgorithm::dbscan, 41, 200, 0.7, 1},
                      Case{ClusterAlgorithm::dbscan, 60, 100, 0.7, 4}, Case{ClusterAlgorithm::dbscan, 200, 30, 0.7, 8},
                      Case{ClusterAlgorithm::dbscan, 600, 10, 0.7, 8}),
    [](const auto& param_info) {
        return std::string(to_string(param_info.param.algorithm)) + "_" + std::to_string(param_info.param.tracks);
    });

} // namespace
} // namespace audiomuse::playlists
