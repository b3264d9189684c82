#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <store/sqlite_stores.hpp>
#include <support/fake_task_store.hpp>
#include <support/fake_track_store.hpp>
#include <support/task_samples.hpp>
#include <support/track_samples.hpp>

namespace audiomuse::store {
namespace {

std::string show(std::optional<UtcTime> time) { return time ? format_utc(*time) : "-"; }

std::string show(const Task& task) {
    return fmt::format("{} {} {} {} {} {} '{}' {} {} {} {} {} {} {}\n", task.id.str(), task.parent ? task.parent->str() : "-",
                       to_string(task.type), task.sub_type, to_string(task.state), task.progress, task.status_message,
                       task.params, task.details, show(task.created), show(task.started), show(task.ended), show(task.changed),
                       task.unclean_ends);
}

template <class T>
std::string outcome(const Result<T>& result) {
    return result ? "done" : std::string(to_string(result.error().code));
}

/// All that can be read from a task store.
std::string dump(TaskStore& store) {
    std::string text;
    const auto mains = store.list_main(TaskFilter::all, 0).value();
    for (const Task& main : mains) {
        text += show(main);
        const auto children = store.children(main.id).value();
        for (const Task& child : children) {
            text += "  " + show(child);
        }
        const auto lines = store.log(main.id, 0, 3).value();
        for (const TaskLogLine& line : lines) {
            text += fmt::format("  {} {} {}\n", line.number, format_utc(line.time), line.text);
        }
    }
    return text;
}

/// No state that must not be: children of ended tasks have ended, and one main task of a type is in hand at most.
void expect_invariants(TaskStore& store) {
    std::multiset<TaskType> in_hand;
    const auto mains = store.list_main(TaskFilter::all, 0).value();
    for (const Task& main : mains) {
        if (main.state == TaskState::started || main.state == TaskState::progress) {
            in_hand.insert(main.type);
        }
        const auto children = store.children(main.id).value();
        for (const Task& child : children) {
            EXPECT_TRUE(!has_ended(main.state) || has_ended(child.state)) << show(main) << show(child);
        }
    }
    EXPECT_LE(in_hand.count(TaskType::main_analysis), 1U);
    EXPECT_LE(in_hand.count(TaskType::main_clustering), 1U);
}

/// One random step on any task store, from the state of a generator: two stores with equal generators are asked the same.
class TaskStep {
  public:
    explicit TaskStep(unsigned seed) : m_random(seed) {}

    std::string operator()(TaskStore& store) {
        const UtcTime now = at(1'000 + ++m_steps / 3); // several steps at one time
        const std::string main = fmt::format("m{}", pick(8));
        const std::string child = fmt::format("c{}", pick(16));
        const TaskType type = pick(2) == 0 ? TaskType::main_analysis : TaskType::main_clustering;
        switch (pick(12)) {
        case 0:
        case 1: return "create " + outcome(store.create(main_task(main, type, now)));
        case 2:
        case 3: return "child " + outcome(store.create(child_task(child, main, now)));
        case 4:
        case 5: {
            const auto task = store.claim(type, OwnerId("me"), now).value();
            return "claim " + (task ? show(*task) : "nothing");
        }
        case 6: return "update main " + update(store, main, now);
        case 7: return "update child " + update(store, child, now);
        case 8: {
            const auto rows = store.revoke(TaskId(pick(2) == 0 ? main : child), "Cancelled.", now);
            return "revoke " + (rows ? std::to_string(*rows) : outcome(rows));
        }
        case 9: return "release " + outcome(store.release(TaskId(main), now));
        case 10: return "log " + outcome(store.append_log(TaskId(main), now, fmt::format("line of step {}", m_steps)));
        default: break;
        }
        if (pick(4) == 0) {
            return "prune " + outcome(store.prune(pick(5), now - std::chrono::seconds(20)));
        }
        std::string text = "recover";
        const auto waiting = store.recover(now).value();
        for (const TaskId& id : waiting) {
            text += " " + id.str();
        }
        return text;
    }

  private:
    unsigned pick(unsigned n) { return static_cast<unsigned>(m_random() % n); }

    Task main_task(const std::string& id, TaskType type, UtcTime now) {
        Task task = sample_task(id, 0, type);
        task.created = task.changed = now - std::chrono::seconds(pick(3));
        task.params = R"({"jellyfin_token":"t","n":1})";
        return task;
    }
    Task child_task(const std::string& id, const std::string& parent, UtcTime now) {
        Task task = sample_child(id, parent, 0);
        task.created = task.changed = now;
        return task;
    }
    /// As a runner does it: only what is in hand is updated, children in any state.
    std::string update(TaskStore& store, const std::string& id, UtcTime now) {
        static constexpr std::array k_states{TaskState::progress, TaskState::progress, TaskState::success, TaskState::failure};
        const TaskState state = k_states[pick(k_states.size())];
        const int progress = static_cast<int>(pick(103)) - 1;
        auto task = store.find(TaskId(id)).value();
        if (!task || (!task->parent && task->state == TaskState::queued)) {
            return "skipped";
        }
        task->state = state;
        task->progress = progress;
        task->changed = now;
        task->ended = has_ended(state) ? std::optional(now) : std::nullopt;
        return outcome(store.update(*task));
    }

    std::mt19937 m_random;
    unsigned m_steps = 0;
};

TEST(StoreModel, RandomTaskHistoriesAgreeWithTheModel) {
    for (unsigned seed = 1; seed <= 4; ++seed) {
        SqliteStores stores;
        FakeTaskStore model;
        TaskStep real_step(seed);
        TaskStep model_step(seed);
        for (int step = 0; step < 250; ++step) {
            const std::string expected = model_step(model);
            ASSERT_EQ(real_step(stores.tasks), expected) << "seed " << seed << ", step " << step;
            ASSERT_EQ(dump(stores.tasks), dump(model)) << "seed " << seed << ", step " << step << ": " << expected;
            expect_invariants(stores.tasks);
        }
        ASSERT_TRUE(stores.database->check());
    }
}

std::string show(const TrackStatus& status) {
    std::string text = status.analysed ? fmt::format("v{}", status.analysed->tempo) : "-";
    return fmt::format("{} {} {} {} {} {}", text, status.stamp_matches, status.failure ? to_string(*status.failure) : "-",
                       status.runs_failed, status.was_listed, status.heard_s.value_or(0));
}

std::string dump(TrackStore& store) {
    const TrackCounts counts = store.counts().value();
    std::string text = fmt::format("{} {} {} {}\n", counts.present, counts.analysed, counts.failed, counts.missing);
    EXPECT_TRUE(store.visit_analysed([&](const AnalysedTrack& track) {
        text += fmt::format("{} {} {} {}\n", track.track.id.str(), track.track.album_id.str(), track.track.stamp.size_bytes,
                            track.analysis.identity.str());
        return true;
    }));
    const auto failures = store.failures(0, 100).value();
    for (const FailedTrack& failed : failures) {
        text += fmt::format("{} {} {} {}\n", failed.track.id.str(), to_string(failed.failure.code), failed.attempts,
                            format_utc(failed.last_attempt));
    }
    std::set<std::string> unanalysed;
    EXPECT_TRUE(store.visit_unanalysed([&](const Track& track, std::optional<FailureCode> failure) {
        unanalysed.insert(fmt::format("{} {}", track.id.str(), failure ? to_string(*failure) : "-"));
    }));
    text += fmt::format("{}\n", fmt::join(unanalysed, "\n"));
    for (int i = 0; i < 4; ++i) {
        const auto found = store.find_by_identity(AudioIdentity(fmt::format("identity {}", i))).value();
        text += found ? fmt::format("{} ", found->version.tempo) : "- ";
    }
    return text;
}

/// One random step on any track store.
class TrackStep {
  public:
    explicit TrackStep(unsigned seed) : m_random(seed) {}

    std::string operator()(TrackStore& store) {
        const TrackId id(fmt::format("t{}", pick(10)));
        const FileStamp stamp{pick(2), 5 + static_cast<std::int64_t>(pick(2))};
        switch (pick(8)) {
        case 0: {
            const ListingEnd end{.libraries = pick(3) == 0 ? std::vector<std::string>{"Music"} : std::vector<std::string>{},
                                 .most_removals = pick(12)};
            const auto outcome = store.finish_listing(ListingId(fmt::format("l{}", m_listing++)), end).value();
            return fmt::format("finish {} {} adopted{}", outcome.unseen, outcome.removed, adopt(store));
        }
        case 1:
        case 2: {
            Analysis analysis = sample_analysis(fmt::format("identity {}", pick(4)));
            analysis.version.tempo = static_cast<int>(pick(1'000));
            analysis.partial = pick(2) == 0;
            return "analysis " + outcome(store.save_analysis(id, stamp, analysis));
        }
        case 3:
        case 4:
            return "failure " + outcome(store.save_failure(
                                    id, stamp, {pick(2) == 0 ? FailureCode::unreachable : FailureCode::damaged, "Broken."}));
        default: break;
        }
        std::vector<Track> tracks;
        for (unsigned i = pick(4); i > 0; --i) {
            Track& track = tracks.emplace_back(
                sample_track(fmt::format("t{}", pick(10)), {pick(2), 5 + static_cast<std::int64_t>(pick(2))}));
            track.listed_length = std::chrono::milliseconds(pick(2));
            track.title = fmt::format("Song {}", pick(5));
            track.artist = "Ada";
            track.library = std::array{"", "Music", "Talk"}[pick(3)];
        }
        std::string text = "record";
        const AlbumId album(fmt::format("a{}", pick(3)));
        const auto statuses =
            store.record_album(ListingId(fmt::format("l{}", m_listing)), sample_album(album.str()), tracks).value();
        for (const TrackStatus& status : statuses) {
            text += " (" + show(status) + ")";
        }
        return text;
    }

  private:
    unsigned pick(unsigned n) { return static_cast<unsigned>(m_random() % n); }
    static std::string adopt(TrackStore& store) {
        std::set<std::string> ids;
        EXPECT_TRUE(store.adopt_moved([&](const MovedTrack& track) { ids.insert(track.id.str()); }, {}));
        return fmt::format(" {}", fmt::join(ids, " "));
    }

    std::mt19937 m_random;
    int m_listing = 0;
};

TEST(StoreModel, RandomTrackHistoriesAgreeWithTheModel) {
    for (unsigned seed = 1; seed <= 4; ++seed) {
        UtcTime now = at(0);
        const auto clock = [&now] { return now; };
        SqliteStores stores(clock);
        FakeTrackStore model(clock);
        TrackStep real_step(seed);
        TrackStep model_step(seed);
        for (int step = 0; step < 300; ++step) {
            now += std::chrono::days(10); // tracks that stay missing are forgotten
            const std::string expected = model_step(model);
            ASSERT_EQ(real_step(stores.tracks), expected) << "seed " << seed << ", step " << step;
            ASSERT_EQ(dump(stores.tracks), dump(model)) << "seed " << seed << ", step " << step << ": " << expected;
        }
        ASSERT_TRUE(stores.database->check());
    }
}

} // namespace
} // namespace audiomuse::store
