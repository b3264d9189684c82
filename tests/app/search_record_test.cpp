#include <app/search_record.hpp>

#include <gtest/gtest.h>

#include <playlists/synthetic_library.hpp>

namespace audiomuse::app {
namespace {

using playlists::testing::synthetic_library;

Task batch(const SearchRecord& search, int first_run, std::vector<double> scores, TaskState state = TaskState::success) {
    Task task;
    task.type = TaskType::clustering_batch;
    task.state = state;
    task.details = batch_details(search, first_run, scores);
    return task;
}

TEST(SearchRecord, TakesTheBatchesFromTheFirstRunOnWithoutAGap) {
    const SearchRecord search{7, "library", {}};
    const std::vector<Task> children{batch(search, 2, {0.1 + 0.2}), batch(search, 0, {0.5, 1.0 / 3}), batch(search, 4, {0.9})};
    const auto record = read_record(children, "library");
    ASSERT_TRUE(record);
    EXPECT_EQ(record->seed, 7U);
    EXPECT_EQ(record->scores, (std::vector<double>{0.5, 1.0 / 3, 0.1 + 0.2})); // to the last bit
}

TEST(SearchRecord, OtherTracksOtherSeedsAndUnfinishedBatchesSayNothing) {
    const SearchRecord search{7, "library", {}};
    EXPECT_FALSE(read_record({}, "library"));
    const std::vector<Task> other{batch(search, 0, {0.5})};
    EXPECT_FALSE(read_record(other, "another library"));
    const std::vector<Task> cancelled{batch(search, 0, {0.5}, TaskState::revoked)};
    EXPECT_FALSE(read_record(cancelled, "library"));
    std::vector<Task> broken{batch(search, 0, {0.5}), batch({8, "library", {}}, 1, {0.6})};
    EXPECT_EQ(read_record(broken, "library")->scores.size(), 1U);
    for (const char* details : {"{}", "", "[]", R"({"library":"library","first_run":0,"seed":"x","scores":[]})"}) {
        broken[0].details = details;
        EXPECT_FALSE(read_record(broken, "library")) << details;
    }
}

TEST(Fingerprint, ChangesWithAnythingThatASearchReads) {
    const auto tracks = synthetic_library(3, 2, 2, 1);
    const std::string before = fingerprint(tracks);
    EXPECT_EQ(fingerprint(synthetic_library(3, 2, 2, 1)), before);
    auto changed = tracks;
    changed[1].moods[4] += 0.001F;
    EXPECT_NE(fingerprint(changed), before);
    changed = tracks;
    changed[2].tempo_bpm.reset();
    EXPECT_NE(fingerprint(changed), before);
    changed = tracks;
    changed.pop_back();
    EXPECT_NE(fingerprint(changed), before);
    changed = tracks;
    changed[0].artist += "!";
    EXPECT_NE(fingerprint(changed), before);
}

} // namespace
} // namespace audiomuse::app
