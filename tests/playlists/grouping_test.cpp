#include <playlists/detail/grouping.hpp>

#include <set>

#include <gtest/gtest.h>

#include <playlists/synthetic_library.hpp>

namespace audiomuse::playlists::detail {
namespace {

Corpus library(std::size_t tracks, std::size_t artists) {
    return *make_corpus(playlists::testing::synthetic_library(tracks, artists, 4, 1), {}, {});
}

TEST(MakePlan, FollowsTheLibrary) {
    const auto small = make_plan({}, library(41, 10));
    EXPECT_EQ(small.limits.min_songs, 5U);
    EXPECT_EQ(small.most_playlists, 6U);
    EXPECT_EQ(small.comfortable_songs, 6U);
    EXPECT_EQ(small.wanted_playlists, 6U);
    EXPECT_EQ(small.reachable_songs, 41U);
    const auto large = make_plan({}, library(600, 100));
    EXPECT_EQ(large.most_playlists, 60U);
    EXPECT_EQ(large.comfortable_songs, 24U);
    EXPECT_EQ(large.wanted_playlists, 24U);
}

TEST(MakePlan, AtMostTwoPlaylistsForEachClusterAskedFor) {
    ClusteringSettings settings;
    settings.num_clusters_min = settings.num_clusters_max = 3;
    EXPECT_EQ(make_plan(settings, library(600, 100)).most_playlists, 6U);
    settings.cluster_algorithm = ClusterAlgorithm::gmm;
    EXPECT_EQ(make_plan(settings, library(600, 100)).most_playlists, 60U);
}

TEST(GroupTracks, LeavesNoiseAndSmallClustersOut) {
    const auto corpus = library(40, 40);
    cluster::Labels labels(40, cluster::k_noise);
    for (std::size_t i = 0; i < 4; ++i) {
        labels[i] = 0; // below five songs
    }
    for (std::size_t i = 10; i < 40; i += 4) {
        labels[i] = 1;
    }
    const auto groups = group_tracks(corpus.features.view(), labels, 2, corpus, make_plan({}, corpus));
    ASSERT_EQ(groups.size(), 1U);
    for (const auto row : groups[0]) {
        EXPECT_EQ(labels[row], 1);
    }
}

TEST(GroupTracks, DividesALargeClusterUpToThePlan) {
    const auto corpus = library(200, 60);
    const auto plan = make_plan({}, corpus);
    const auto groups = group_tracks(corpus.features.view(), cluster::Labels(200, 0), 1, corpus, plan);
    EXPECT_GE(groups.size(), 4U);
    EXPECT_LE(groups.size(), plan.most_playlists);
    std::set<std::uint32_t> songs;
    std::size_t count = 0;
    for (const auto& group : groups) {
        EXPECT_GE(group.size(), plan.limits.min_songs);
        songs.insert(group.begin(), group.end());
        count += group.size();
    }
    EXPECT_EQ(songs.size(), count);
    EXPECT_GE(count, 160U);
}

TEST(GroupTracks, DoesNotDivideEqualTracks) {
    auto tracks = playlists::testing::synthetic_library(30, 0, 1, 1);
    for (auto& track : tracks) {
        track.moods = tracks[0].moods;
        track.tempo_bpm = 100;
    }
    const auto corpus = *make_corpus(tracks, {}, {});
    const auto groups = group_tracks(corpus.features.view(), cluster::Labels(30, 0), 1, corpus, make_plan({}, corpus));
    ASSERT_EQ(groups.size(), 1U);
    EXPECT_EQ(groups[0].size(), 30U);
}

} // namespace
} // namespace audiomuse::playlists::detail
