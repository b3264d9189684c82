#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include <cluster/random.hpp>
#include <playlists/clustering.hpp>

namespace audiomuse::playlists {
namespace {

/// `count` of the 632 clips, drawn by the seed, with tempos from 60 to 180 BPM.
std::vector<TrackFeatures> real_tracks(std::size_t count, std::uint64_t seed) {
    std::ifstream file(AUDIOMUSE_TEST_DATA "/playlists/moods_of_real_tracks.tsv");
    std::vector<TrackFeatures> tracks;
    cluster::Random random(seed);
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        std::string id;
        TrackFeatures track;
        fields >> id >> track.artist;
        track.id = TrackId(id);
        track.title = id;
        track.duration_s = 30;
        track.tempo_bpm = 60 + 120 * random.uniform();
        for (float& mood : track.moods) {
            fields >> mood;
            mood /= 1000;
        }
        EXPECT_TRUE(fields) << line;
        tracks.push_back(std::move(track));
    }
    EXPECT_EQ(tracks.size(), 632U);
    for (std::size_t i = 0; i < count; ++i) {
        std::swap(tracks[i], tracks[i + random.below(tracks.size() - i)]);
    }
    tracks.resize(count);
    return tracks;
}

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
    const auto outcome = make_playlists(real_tracks(expected.tracks, 7), settings, {}, {});
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
                      Case{ClusterAlgorithm::dbscan, 41, 200, 0.6, 1}, Case{ClusterAlgorithm::dbscan, 600, 4, 0.6, 8}),
    [](const auto& param_info) {
        return std::string(to_string(param_info.param.algorithm)) + "_" + std::to_string(param_info.param.tracks);
    });

} // namespace
} // namespace audiomuse::playlists
