#include <domain/analysis.hpp>
#include <domain/failure.hpp>
#include <domain/task.hpp>
#include <domain/track.hpp>

#include <array>
#include <cstddef>
#include <string>

#include <gtest/gtest.h>

namespace audiomuse {
namespace {

TEST(Words, EachReadsBackAsItself) {
    for (const auto code : {FailureCode::not_found, FailureCode::unreachable, FailureCode::refused, FailureCode::not_audio,
                            FailureCode::damaged, FailureCode::too_short, FailureCode::too_long, FailureCode::out_of_memory,
                            FailureCode::time_limit, FailureCode::crashed, FailureCode::no_model}) {
        EXPECT_EQ(parse_failure_code(to_string(code)), code);
    }
    for (const auto state : {TaskState::queued, TaskState::started, TaskState::progress, TaskState::success, TaskState::failure,
                             TaskState::revoked}) {
        EXPECT_EQ(parse_task_state(to_string(state)), state);
    }
    for (const auto type :
         {TaskType::main_analysis, TaskType::main_clustering, TaskType::album_analysis, TaskType::clustering_batch}) {
        EXPECT_EQ(parse_task_type(to_string(type)), type);
    }
    EXPECT_FALSE(parse_failure_code(""));
    EXPECT_FALSE(parse_task_state("queued"));
    EXPECT_FALSE(parse_task_type("main"));
}

TEST(Words, AreThoseOfTheApi) {
    EXPECT_EQ(to_string(TaskState::revoked), "REVOKED");
    EXPECT_EQ(to_string(TaskType::album_analysis), "album_analysis");
    EXPECT_EQ(mood_labels().front(), "mood/acoustic");
    EXPECT_EQ(mood_labels().back(), "mood/warm");
    EXPECT_EQ(tag_labels().front(), "rock");
    EXPECT_EQ(tag_labels()[33], "Hip-Hop");
    EXPECT_EQ(tag_labels().back(), "happy");
    EXPECT_EQ(pitch_class_name(6), "F#");
    EXPECT_EQ(pitch_class_name(-1), "B");
}

TEST(Moods, StandStrongestFirstAndEqualOnesInTheOrderOfTheirLabels) {
    Moods moods{};
    moods[3] = 0.4F;
    moods[16] = 0.9F;
    const auto order = strongest_first(moods);
    EXPECT_EQ(order, (std::array<std::size_t, k_mood_count>{16, 3, 0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}));
}

TEST(FailureClasses, OnlyWhatLiesInTheBytesLasts) {
    EXPECT_TRUE(lasts_until_the_file_changes(FailureCode::damaged));
    EXPECT_FALSE(lasts_until_the_file_changes(FailureCode::crashed));
    EXPECT_FALSE(lasts_until_the_file_changes(FailureCode::unreachable));
    EXPECT_TRUE(deserves_a_second_attempt(FailureCode::time_limit));
    EXPECT_FALSE(deserves_a_second_attempt(FailureCode::not_audio));
}

TEST(Track, ShowsItsTitleAloneWhenTheArtistIsUnknown) {
    Track track;
    track.title = "Song Name";
    EXPECT_EQ(track.display_name(), "Song Name");
    track.artist = "Artist";
    EXPECT_EQ(track.display_name(), "Song Name by Artist");
}

} // namespace
} // namespace audiomuse
