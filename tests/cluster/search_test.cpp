#include <cluster/search.hpp>

#include <set>

#include <gtest/gtest.h>

namespace audiomuse::cluster {
namespace {

/// A hill over the integers from 0 to 1000 with its top at 700, and some noise from the run's seed.
SearchProblem<int> hill() {
    return {.draw = [](Random& random) { return random.between(0, 1000); },
            .mutate = [](const int& elite, Random& random) { return std::clamp(elite + random.between(-3, 3), 0, 1000); },
            .evaluate = [](const int& x, std::uint64_t seed, std::stop_token) -> Result<double> {
                return -std::abs(x - 700) + 0.5 * Random(seed).uniform();
            }};
}

TEST(Search, ClimbsByMutatingElites) {
    const auto outcome = search(hill(), {.runs = 1000, .patience = 1, .seed = 3}, {}, {}, {});
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->best, 700);
    EXPECT_EQ(outcome->runs_completed, 1000);
    EXPECT_GT(outcome->best_run, 200); // the random fifth alone does not find it
}

TEST(Search, IsTheSameForAnyNumberOfThreads) {
    const auto one = search(hill(), {.runs = 333, .seed = 5, .threads = 1}, {}, {}, {});
    const auto four = search(hill(), {.runs = 333, .seed = 5, .threads = 4}, {}, {}, {});
    ASSERT_TRUE(one && four);
    EXPECT_EQ(one->best, four->best);
    EXPECT_EQ(one->best_run, four->best_run);
    EXPECT_EQ(one->best_score, four->best_score);
    EXPECT_EQ(one->runs_completed, four->runs_completed);
}

TEST(Search, EndsWhenAFifthOfTheRunsBroughtNothingBetter) {
    auto flat = hill();
    flat.evaluate = [](const int&, std::uint64_t, std::stop_token) -> Result<double> { return 0.25; };
    const auto outcome = search(flat, {.runs = 1000, .seed = 1}, {}, {}, {});
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->best_run, 0);
    EXPECT_EQ(outcome->best_score, 0.25);
    EXPECT_EQ(outcome->runs_completed, 220); // found by run 1; 201 reached in batches of 20
}

TEST(Search, ReportsRunsAndBatches) {
    std::vector<int> completed;
    std::vector<std::size_t> sizes;
    SearchCallbacks callbacks;
    callbacks.on_run = [&](const SearchProgress& progress) {
        completed.push_back(progress.runs_completed);
        EXPECT_EQ(progress.total_runs, 50);
    };
    callbacks.on_batch = [&](const FinishedBatch& batch) {
        EXPECT_EQ(batch.index, static_cast<int>(sizes.size()));
        EXPECT_EQ(batch.first_run, batch.index * 20);
        sizes.push_back(batch.scores.size());
    };
    ASSERT_TRUE(search(hill(), {.runs = 50, .patience = 1, .seed = 1, .threads = 3}, callbacks, {}, {}));
    EXPECT_EQ(sizes, (std::vector<std::size_t>{20, 20, 10}));
    ASSERT_EQ(completed.size(), 50U);
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(completed[static_cast<std::size_t>(i)], i + 1);
    }
}

TEST(Search, GoesOnFromKnownScores) {
    std::vector<double> scores;
    SearchCallbacks callbacks;
    callbacks.on_batch = [&](const FinishedBatch& batch) {
        scores.insert(scores.end(), batch.scores.begin(), batch.scores.end());
    };
    const auto whole = search(hill(), {.runs = 200, .patience = 1, .seed = 9}, callbacks, {}, {});
    ASSERT_TRUE(whole);
    scores.resize(110); // five batches, and a half one that does not count
    int evaluated = 0;
    auto counting = hill();
    counting.evaluate = [&](const int& x, std::uint64_t seed, std::stop_token stop) {
        ++evaluated;
        return hill().evaluate(x, seed, stop);
    };
    const auto resumed = search(counting, {.runs = 200, .patience = 1, .seed = 9}, {}, scores, {});
    ASSERT_TRUE(resumed);
    EXPECT_EQ(evaluated, 100);
    EXPECT_EQ(resumed->best, whole->best);
    EXPECT_EQ(resumed->best_run, whole->best_run);
    EXPECT_EQ(resumed->best_score, whole->best_score);
}

TEST(Search, OneRun) {
    const auto outcome = search(hill(), {.runs = 1, .seed = 9}, {}, {}, {});
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->runs_completed, 1);
    EXPECT_EQ(outcome->best_run, 0);
}

TEST(Search, HandsAnErrorOn) {
    auto broken = hill();
    broken.evaluate = [](const int&, std::uint64_t, std::stop_token) -> Result<double> {
        return fail(ErrorCode::internal, "broken");
    };
    const auto outcome = search(broken, {.runs = 30, .threads = 2}, {}, {}, {});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().message, "broken");
}

TEST(Search, AStopEndsIt) {
    std::stop_source stop;
    auto stopping = hill();
    int evaluated = 0;
    stopping.evaluate = [&](const int&, std::uint64_t, std::stop_token) -> Result<double> {
        if (++evaluated == 25) {
            stop.request_stop();
        }
        return 0.0;
    };
    const auto outcome = search(stopping, {.runs = 1000}, {}, {}, stop.get_token());
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::cancelled);
    EXPECT_EQ(evaluated, 25);
}

} // namespace
} // namespace audiomuse::cluster
