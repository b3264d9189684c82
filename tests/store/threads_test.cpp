#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <store/sqlite_stores.hpp>
#include <support/task_samples.hpp>
#include <support/track_samples.hpp>

namespace audiomuse::store {
namespace {

TEST(StoreThreads, ReadersSeeWholeTransactionsWhileOthersWrite) {
    SqliteStores stores;
    std::atomic<bool> done = false;
    constexpr int k_albums = 60;
    const auto write = [&](const std::string& prefix) {
        for (int album = 0; album < k_albums; ++album) {
            std::vector<Track> tracks;
            for (int i = 0; i < 10; ++i) {
                tracks.push_back(sample_track(prefix + std::to_string(album) + "." + std::to_string(i)));
            }
            EXPECT_TRUE(stores.tracks.record_album(ListingId("l"), sample_album(prefix + std::to_string(album)), tracks));
            EXPECT_TRUE(stores.tracks.save_analysis(tracks[0].id, tracks[0].stamp, sample_analysis()));
            EXPECT_TRUE(stores.tracks.save_failure(tracks[1].id, tracks[1].stamp, {}));
        }
    };
    const auto read = [&] {
        while (!done) {
            const auto counts = stores.tracks.counts().value();
            EXPECT_EQ(counts.present % 10, 0U) << "an album is recorded in one step";
            std::uint64_t visited = 0;
            EXPECT_TRUE(stores.tracks.visit_analysed([&](const AnalysedTrack& track) {
                EXPECT_EQ(track.analysis.duration_s, 181.25);
                ++visited;
                return true;
            }));
            EXPECT_GE(visited, counts.analysed) << "what was seen once stays";
            EXPECT_TRUE(stores.tracks.failures(0, 20));
        }
    };
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back(read);
    }
    std::thread one(write, "x");
    std::thread two(write, "y");
    one.join();
    two.join();
    done = true;
    for (std::thread& reader : readers) {
        reader.join();
    }
    const auto counts = stores.tracks.counts().value();
    EXPECT_EQ(counts.present, 20U * k_albums);
    EXPECT_EQ(counts.analysed, 2U * k_albums);
    EXPECT_EQ(counts.failed, 2U * k_albums);
    EXPECT_TRUE(stores.database->check());
}

TEST(StoreThreads, ATaskIsClaimedOnceAndOneOfATypeIsInHand) {
    SqliteStores stores;
    constexpr int k_tasks = 40;
    for (int i = 0; i < k_tasks; ++i) {
        ASSERT_TRUE(stores.tasks.create(sample_task("t" + std::to_string(i), i)));
    }
    std::atomic<int> in_hand = 0;
    std::atomic<int> ended = 0;
    std::mutex mutex;
    std::set<std::string> claimed;
    const auto serve = [&] {
        while (ended < k_tasks) {
            auto task = stores.tasks.claim(TaskType::main_analysis, OwnerId("me"), at(1'000)).value();
            if (!task) {
                std::this_thread::yield();
                continue;
            }
            EXPECT_EQ(++in_hand, 1);
            {
                const std::lock_guard lock(mutex);
                EXPECT_TRUE(claimed.insert(task->id.str()).second) << task->id.str() << " was claimed twice";
            }
            EXPECT_TRUE(stores.tasks.append_log(task->id, at(1'000), "line"));
            --in_hand;
            task->state = TaskState::success;
            task->ended = at(1'001);
            EXPECT_TRUE(stores.tasks.update(*task));
            ++ended;
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back(serve);
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(claimed.size(), static_cast<std::size_t>(k_tasks));
}

TEST(StoreThreads, AVisitAndItsNestedReadsHoldUpNobody) {
    SqliteStores stores;
    for (int i = 0; i < 20; ++i) {
        const Track track = sample_track("t" + std::to_string(i));
        ASSERT_TRUE(stores.tracks.record_album(ListingId("l"), sample_album("a"), {{track}}));
        ASSERT_TRUE(stores.tracks.save_analysis(track.id, track.stamp, sample_analysis()));
    }
    // Six visits at once, each inside the one before: more readers than are kept idle, and a writer between them.
    int depth = 0;
    const std::function<bool(const AnalysedTrack&)> nest = [&](const AnalysedTrack&) {
        if (++depth < 6) {
            EXPECT_TRUE(stores.tracks.visit_analysed(nest));
        } else {
            std::thread writer([&] { EXPECT_TRUE(stores.tasks.create(sample_task("t", 1))); });
            writer.join();
        }
        return false;
    };
    ASSERT_TRUE(stores.tracks.visit_analysed(nest));
    EXPECT_EQ(depth, 6);
    EXPECT_TRUE(stores.tasks.find(TaskId("t")).value().has_value());
}

} // namespace
} // namespace audiomuse::store
