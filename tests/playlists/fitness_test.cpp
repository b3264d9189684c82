#include <playlists/detail/fitness.hpp>

#include <gtest/gtest.h>

namespace audiomuse::playlists::detail {
namespace {

/// Eight tracks: four happy and fast ones, four sad and slow ones.
Corpus two_kinds() {
    std::vector<TrackFeatures> tracks(8);
    for (std::size_t i = 0; i < 8; ++i) {
        tracks[i].id = TrackId(std::to_string(i));
        tracks[i].tempo_bpm = i < 4 ? 140 : 70;
        tracks[i].moods.fill(0.5F);
        tracks[i].moods[i < 4 ? 7 : 12] = 0.8F; // mood/happy, mood/sad
    }
    return *make_corpus(tracks, {}, {});
}

PlaylistPlan plan() {
    PlaylistPlan result;
    result.wanted_playlists = 2;
    result.reachable_songs = 8;
    return result;
}

TEST(Fitness, OfAPerfectSetOfPlaylists) {
    const auto fitness = evaluate({{0, 1, 2, 3}, {4, 5, 6, 7}}, two_kinds(), plan());
    EXPECT_DOUBLE_EQ(fitness.placed, 1);
    EXPECT_DOUBLE_EQ(fitness.variety, 1);
    EXPECT_DOUBLE_EQ(fitness.diversity, 1);
    EXPECT_NEAR(fitness.purity, 1, 1e-6);
    EXPECT_NEAR(fitness.strength, 0.8, 1e-6);
    EXPECT_NEAR(fitness.score(), 0.98, 1e-6);
}

TEST(Fitness, OneListOfEverythingIsPoor) {
    const auto fitness = evaluate({{0, 1, 2, 3, 4, 5, 6, 7}}, two_kinds(), plan());
    EXPECT_DOUBLE_EQ(fitness.placed, 1);
    EXPECT_DOUBLE_EQ(fitness.variety, 0.5);
    EXPECT_DOUBLE_EQ(fitness.diversity, 0.5);
    EXPECT_DOUBLE_EQ(fitness.purity, 0);
    EXPECT_NEAR(fitness.strength, 0.65, 1e-6);
}

TEST(Fitness, MixedListsAreWorseThanPureOnes) {
    const auto fitness = evaluate({{0, 1, 4, 5}, {2, 3, 6, 7}}, two_kinds(), plan());
    EXPECT_NEAR(fitness.diversity, 1.0 / 17, 1e-9); // only a number tells them apart
    EXPECT_DOUBLE_EQ(fitness.purity, 0);
}

TEST(Fitness, CountsWhatIsPlaced) { EXPECT_DOUBLE_EQ(evaluate({{0, 1}, {4, 5}}, two_kinds(), plan()).placed, 0.5); }

TEST(Fitness, NoPlaylistIsWorthNothing) { EXPECT_EQ(evaluate({}, two_kinds(), plan()).score(), 0); }

TEST(CharacterOf, IsMeanMoodsAndMedianTempo) {
    const auto character = character_of(std::vector<std::uint32_t>{0, 1, 4}, two_kinds());
    EXPECT_NEAR(character.moods[7], (0.8 + 0.8 + 0.5) / 3, 1e-6);
    EXPECT_EQ(character.median_tempo_bpm, 140);
}

} // namespace
} // namespace audiomuse::playlists::detail
