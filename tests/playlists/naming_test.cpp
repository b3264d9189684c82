#include <playlists/naming.hpp>

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace audiomuse::playlists {
namespace {

using ::testing::ElementsAre;

/// Moods in which the named ones are strongest, in that order; the others are equal.
PlaylistCharacter character(const std::vector<std::string>& strongest, std::optional<double> tempo) {
    PlaylistCharacter result;
    result.moods.fill(0.1F);
    result.median_tempo_bpm = tempo;
    float value = 0.9F;
    for (const auto& mood : strongest) {
        for (std::size_t m = 0; m < k_mood_count; ++m) {
            if (mood_labels()[m] == "mood/" + mood) {
                result.moods[m] = value;
            }
        }
        value -= 0.1F;
    }
    return result;
}

std::vector<std::string> names(const std::vector<PlaylistCharacter>& playlists, const std::vector<std::string>& taken = {}) {
    return name_playlists(playlists, taken);
}

TEST(TempoClass, HasItsEdgesAt90And125) {
    EXPECT_EQ(to_string(tempo_class(89.99)), "Slow");
    EXPECT_EQ(to_string(tempo_class(90)), "Medium");
    EXPECT_EQ(to_string(tempo_class(124.99)), "Medium");
    EXPECT_EQ(to_string(tempo_class(125)), "Fast");
    EXPECT_EQ(to_string(tempo_class(std::nullopt)), "Slow");
}

TEST(Median, OfOddEvenAndNone) {
    EXPECT_EQ(median({3, 1, 2}), 2);
    EXPECT_EQ(median({88, 130, 92, 60}), 90);
    EXPECT_EQ(median({}), std::nullopt);
}

TEST(NamePlaylists, StrongestMoodTempoAndSuffix) {
    EXPECT_THAT(names({character({"energetic"}, 110), character({"relaxed"}, 70), character({"warm"}, 140)}),
                ElementsAre("Energetic_Medium_automatic", "Relaxed_Slow_automatic", "Warm_Fast_automatic"));
}

TEST(NamePlaylists, BothOfAClashTakeTheirNextStrongestMood) {
    EXPECT_THAT(
        names({character({"energetic", "party"}, 130), character({"energetic", "happy"}, 150), character({"energetic"}, 100)}),
        ElementsAre("Energetic_Party_Fast_automatic", "Energetic_Happy_Fast_automatic", "Energetic_Medium_automatic"));
}

TEST(NamePlaylists, TheyGoOnUntilTheyDiffer) {
    EXPECT_THAT(names({character({"dark", "epic", "sad"}, 80), character({"dark", "epic", "serious"}, 80)}),
                ElementsAre("Dark_Epic_Sad_Slow_automatic", "Dark_Epic_Serious_Slow_automatic"));
}

TEST(NamePlaylists, ANameOfAKeptPlaylistIsTaken) {
    EXPECT_THAT(names({character({"energetic", "party"}, 110)}, {"Energetic_Medium_automatic"}),
                ElementsAre("Energetic_Party_Medium_automatic"));
}

TEST(NamePlaylists, ANumberIsTheLastResort) {
    const auto twin = character({"sad", "dark"}, 80);
    EXPECT_THAT(names({twin, twin, twin}), ElementsAre("Sad_Slow_automatic", "Sad_Slow_2_automatic", "Sad_Slow_3_automatic"));
    EXPECT_THAT(names({twin, twin, character({"sad", "epic"}, 80)}),
                ElementsAre("Sad_Dark_Slow_automatic", "Sad_Dark_Slow_2_automatic", "Sad_Epic_Slow_automatic"));
    EXPECT_THAT(names({twin, twin}, {"Sad_Slow_automatic", "Sad_Dark_Slow_2_automatic"}),
                ElementsAre("Sad_Dark_Slow_automatic", "Sad_Dark_Slow_3_automatic"));
}

TEST(NamePlaylists, AreAlwaysDifferent) {
    std::vector<PlaylistCharacter> many;
    for (std::size_t i = 0; i < 300; ++i) {
        many.push_back(
            character({std::string(mood_labels()[i % 5].substr(5)), std::string(mood_labels()[5 + i % 3].substr(5))}, 100));
    }
    const auto result = names(many);
    EXPECT_EQ(std::set(result.begin(), result.end()).size(), 300U);
}

TEST(NameLengths, CountTheMoods) {
    const auto twin = character({"sad"}, 80);
    EXPECT_THAT(
        name_lengths(std::vector{character({"dark", "epic"}, 80), character({"dark", "sad"}, 80), character({"dark"}, 100)}),
        ElementsAre(2, 2, 1));
    EXPECT_THAT(name_lengths(std::vector{twin, twin}), ElementsAre(17, 17));
}

} // namespace
} // namespace audiomuse::playlists
