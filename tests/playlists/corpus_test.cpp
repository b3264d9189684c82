#include <playlists/detail/corpus.hpp>

#include <cmath>
#include <limits>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <playlists/synthetic_library.hpp>

namespace audiomuse::playlists::detail {
namespace {

using ::testing::ElementsAre;

constexpr float k_nan = std::numeric_limits<float>::quiet_NaN();

TEST(MakeCorpus, DoesNotDependOnTheOrderOfTheTracks) {
    auto tracks = playlists::testing::synthetic_library(30, 5, 3, 1);
    const auto forward = make_corpus(tracks, {}, {});
    std::ranges::reverse(tracks);
    const auto backward = make_corpus(tracks, {}, {});
    ASSERT_TRUE(forward && backward);
    EXPECT_TRUE(std::ranges::equal(forward->features.values(), backward->features.values()));
    EXPECT_EQ(backward->source[0], 29U);
}

TEST(MakeCorpus, LeavesOutLongTracksAndRepeatedSongs) {
    auto tracks = playlists::testing::synthetic_library(6, 3, 2, 1);
    tracks[1].duration_s = 30 * 60 + 1;
    tracks[2].duration_s = 30 * 60;
    tracks[4].title = tracks[0].title + " (2009 Remaster)";
    tracks[4].artist = tracks[0].artist;
    const auto corpus = make_corpus(tracks, {}, {});
    ASSERT_TRUE(corpus);
    EXPECT_THAT(corpus->source, ElementsAre(0, 2, 3, 5));
    EXPECT_EQ(corpus->library_size, 6U);
    ClusteringSettings no_limit;
    no_limit.max_track_minutes = 0;
    EXPECT_EQ(make_corpus(tracks, no_limit, {})->size(), 5U);
}

TEST(MakeCorpus, TempoIsClippedFrom40To200AndAnAbsentOneIsAverage) {
    auto tracks = playlists::testing::synthetic_library(5, 0, 1, 1);
    tracks[0].tempo_bpm = 20;
    tracks[1].tempo_bpm = 40;
    tracks[2].tempo_bpm = 200;
    tracks[3].tempo_bpm = 300;
    tracks[4].tempo_bpm.reset();
    const auto corpus = make_corpus(tracks, {}, {});
    ASSERT_TRUE(corpus);
    EXPECT_EQ(corpus->features.cols(), 18U);
    EXPECT_EQ(corpus->features.row(0)[0], corpus->features.row(1)[0]);
    EXPECT_EQ(corpus->features.row(2)[0], corpus->features.row(3)[0]);
    EXPECT_NEAR(corpus->features.row(4)[0], 0, 1e-6);
    EXPECT_EQ(corpus->tempo(4), std::nullopt);
    EXPECT_EQ(corpus->artists, (std::vector<std::int32_t>(5, -1)));
}

TEST(MakeCorpus, SurvivesValuesThatAreNotNumbers) {
    auto tracks = playlists::testing::synthetic_library(8, 3, 2, 1);
    tracks[0].moods[3] = k_nan;
    tracks[1].tempo_bpm = std::numeric_limits<double>::infinity();
    tracks[2].tempo_bpm = -5;
    tracks[3].embedding[7] = k_nan;
    tracks[4].embedding.resize(10);
    tracks[5].duration_s = k_nan;
    ClusteringSettings settings;
    settings.features = FeatureKind::embedding;
    const auto corpus = make_corpus(tracks, settings, {});
    ASSERT_TRUE(corpus);
    EXPECT_THAT(corpus->source, ElementsAre(0, 1, 2, 5, 6, 7));
    EXPECT_EQ(corpus->moods.row(0)[3], 0.5F);
    EXPECT_EQ(corpus->features.cols(), 200U);
    EXPECT_EQ(corpus->sound().cols, 18U);
    for (const float value : corpus->features.values()) {
        ASSERT_TRUE(std::isfinite(value));
    }
}

TEST(StratifiedSample, KeepsSmallGroupsWhole) {
    // 17 moods are strongest in turn, but the last one only in 20 tracks of 3,000.
    auto tracks = playlists::testing::synthetic_library(3000, 50, 16, 1);
    for (std::size_t i = 0; i < 20; ++i) {
        tracks[i * 100].moods[16] = 1;
    }
    const auto corpus = make_corpus(tracks, {}, {});
    ASSERT_TRUE(corpus);
    const auto sample = stratified_sample(*corpus, 500, 7);
    EXPECT_EQ(sample.size(), 500U);
    EXPECT_EQ(std::set(sample.begin(), sample.end()).size(), 500U);
    EXPECT_TRUE(std::ranges::is_sorted(sample));
    EXPECT_EQ(sample, stratified_sample(*corpus, 500, 7));
    EXPECT_NE(sample, stratified_sample(*corpus, 500, 8));
    EXPECT_EQ(stratified_sample(*corpus, 9999, 7).size(), 3000U);
    const auto most = stratified_sample(*corpus, 2900, 7);
    EXPECT_EQ(std::ranges::count_if(most, [](std::size_t row) { return row % 100 == 0 && row < 2000; }), 20);
    const auto part = subset(*corpus, sample);
    EXPECT_EQ(part.size(), 500U);
    EXPECT_EQ(part.library_size, 3000U);
    EXPECT_EQ(part.source[3], sample[3]);
}

} // namespace
} // namespace audiomuse::playlists::detail
