#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <domain/task_store.hpp>
#include <support/task_samples.hpp>
#include <support/track_samples.hpp>

namespace audiomuse {

/// Makes an empty store.
struct TaskStoreFactory {
    std::string name;
    std::function<std::shared_ptr<TaskStore>()> make;
};

/// What every TaskStore must do. Instantiate it with a factory for each adapter.
class TaskStoreContract : public testing::TestWithParam<TaskStoreFactory> {
  protected:
    TaskStoreContract() : m_store(GetParam().make()) {}

    void add(const Task& task) { ASSERT_TRUE(m_store->create(task)); }
    Task get(const std::string& id) { return m_store->find(TaskId(id)).value().value(); }
    bool exists(const std::string& id) { return m_store->find(TaskId(id)).value().has_value(); }
    std::string claim(TaskType type = TaskType::main_analysis, std::int64_t now = 500) {
        const auto task = m_store->claim(type, OwnerId("me"), at(now)).value();
        return task ? task->id.str() : "";
    }
    void set(const std::string& id, TaskState state, std::int64_t now = 600) {
        Task task = get(id);
        task.state = state;
        task.changed = at(now);
        task.ended = has_ended(state) ? std::optional(at(now)) : std::nullopt;
        ASSERT_TRUE(m_store->update(task));
    }
    static std::vector<std::string> ids(const std::vector<Task>& tasks) {
        std::vector<std::string> result;
        for (const Task& task : tasks) {
            result.push_back(task.id.str());
        }
        return result;
    }
    std::vector<std::string> listed(TaskFilter filter, std::uint64_t limit = 0) {
        return ids(m_store->list_main(filter, limit).value());
    }

    using Ids = std::vector<std::string>;
    std::shared_ptr<TaskStore> m_store;
};

TEST_P(TaskStoreContract, AnEmptyStoreKnowsNothing) {
    EXPECT_FALSE(m_store->find(TaskId("t")).value().has_value());
    EXPECT_EQ(listed(TaskFilter::all), Ids{});
    EXPECT_TRUE(m_store->children(TaskId("t")).value().empty());
    EXPECT_EQ(claim(), "");
    EXPECT_TRUE(m_store->recover(at(1)).value().empty());
    EXPECT_TRUE(m_store->log(TaskId("t"), 0, 0).value().empty());
    EXPECT_TRUE(m_store->prune(0, at(1)));
}

TEST_P(TaskStoreContract, ATaskComesBackAsItWasCreated) {
    add(sample_task("main", 100));
    Task child = sample_child("child", "main", 101);
    child.state = TaskState::success;
    child.progress = 100;
    child.status_message = "Done: \"quoted\" 'text' \xF0\x9F\x8E\xB5";
    child.details = R"({"a":[1,2]})";
    child.started = at(102);
    child.ended = at(103);
    child.changed = UtcTime(std::chrono::microseconds(104'000'001));
    child.unclean_ends = 1;
    add(child);
    const Task found = get("child");
    EXPECT_EQ(found.id.str(), "child");
    EXPECT_EQ(found.parent, TaskId("main"));
    EXPECT_EQ(found.type, TaskType::album_analysis);
    EXPECT_EQ(found.sub_type, "album of child");
    EXPECT_EQ(found.state, TaskState::success);
    EXPECT_EQ(found.progress, 100);
    EXPECT_EQ(found.status_message, "Done: \"quoted\" 'text' \xF0\x9F\x8E\xB5");
    EXPECT_EQ(found.params, R"({"num_recent_albums":0})");
    EXPECT_EQ(found.details, R"({"a":[1,2]})");
    EXPECT_EQ(found.created, at(101));
    EXPECT_EQ(found.started, at(102));
    EXPECT_EQ(found.ended, at(103));
    EXPECT_EQ(found.changed, UtcTime(std::chrono::microseconds(104'000'001)));
    EXPECT_EQ(found.unclean_ends, 1);
    const Task main = get("main");
    EXPECT_FALSE(main.parent || main.started || main.ended);
    EXPECT_EQ(main.state, TaskState::queued);
}

TEST_P(TaskStoreContract, CreationIsRefusedForAKnownIdAndForAnImpossibleParent) {
    add(sample_task("main", 1));
    EXPECT_EQ(m_store->create(sample_task("main", 2)).error().code, ErrorCode::conflict);
    EXPECT_EQ(get("main").created, at(1));
    EXPECT_EQ(m_store->create(sample_child("c", "nobody", 2)).error().code, ErrorCode::not_found);
    add(sample_child("c", "main", 2));
    EXPECT_EQ(m_store->create(sample_child("d", "c", 2)).error().code, ErrorCode::invalid_argument);
    ASSERT_EQ(m_store->revoke(TaskId("main"), "Cancelled.", at(3)).value(), 2);
    EXPECT_EQ(m_store->create(sample_child("e", "main", 4)).error().code, ErrorCode::conflict) << "nobody would end it";
}

TEST_P(TaskStoreContract, ContradictingValuesAreRefused) {
    Task task = sample_task("t", 1);
    task.progress = 101;
    EXPECT_EQ(m_store->create(task).error().code, ErrorCode::invalid_argument);
    task = sample_task("t", 1);
    task.state = TaskState::success; // without an end
    EXPECT_EQ(m_store->create(task).error().code, ErrorCode::invalid_argument);
    task = sample_task("t", 1, TaskType::album_analysis); // without a parent
    EXPECT_EQ(m_store->create(task).error().code, ErrorCode::invalid_argument);
    add(sample_task("t", 1));
    task = get("t");
    task.ended = at(2); // though it waits
    EXPECT_EQ(m_store->update(task).error().code, ErrorCode::invalid_argument);
    task = get("t");
    task.progress = -1;
    EXPECT_EQ(m_store->update(task).error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(get("t").progress, 0);
}

TEST_P(TaskStoreContract, AnUpdateWritesWhatChangesAndNothingElse) {
    add(sample_task("t", 1));
    ASSERT_EQ(claim(), "t");
    Task task = get("t");
    task.state = TaskState::progress;
    task.progress = 40;
    task.status_message = "Processing.";
    task.details = R"({"n":1})";
    task.started = at(7);
    task.changed = at(8);
    task.params = "other";
    task.created = at(99);
    task.unclean_ends = 2;
    task.type = TaskType::main_clustering;
    ASSERT_TRUE(m_store->update(task));
    const Task found = get("t");
    EXPECT_EQ(found.state, TaskState::progress);
    EXPECT_EQ(found.progress, 40);
    EXPECT_EQ(found.status_message, "Processing.");
    EXPECT_EQ(found.details, R"({"n":1})");
    EXPECT_EQ(found.started, at(7));
    EXPECT_EQ(found.changed, at(8));
    EXPECT_EQ(found.params, R"({"num_recent_albums":0})");
    EXPECT_EQ(found.created, at(1));
    EXPECT_EQ(found.unclean_ends, 0);
    EXPECT_EQ(found.type, TaskType::main_analysis);
    EXPECT_EQ(m_store->update(sample_task("nobody", 1)).error().code, ErrorCode::not_found);
}

TEST_P(TaskStoreContract, ARowThatHasEndedNeverChanges) {
    for (const TaskState state : {TaskState::success, TaskState::failure, TaskState::revoked}) {
        const std::string id(to_string(state));
        add(sample_task(id, 1));
        set(id, state);
        Task task = get(id);
        task.state = TaskState::progress;
        task.ended.reset();
        EXPECT_EQ(m_store->update(task).error().code, ErrorCode::conflict);
        EXPECT_EQ(m_store->release(TaskId(id), at(700)).error().code, ErrorCode::conflict);
        EXPECT_EQ(m_store->revoke(TaskId(id), "Cancelled.", at(700)).value(), 0);
        EXPECT_EQ(get(id).state, state);
        EXPECT_EQ(get(id).changed, at(600));
    }
    EXPECT_TRUE(m_store->recover(at(800)).value().empty());
}

TEST_P(TaskStoreContract, MainTasksAreListedNewestFirst) {
    add(sample_task("b", 20));
    add(sample_task("a", 10));
    add(sample_task("c", 20)); // at the same time as b, inserted later
    add(sample_task("d", 30, TaskType::main_clustering));
    add(sample_child("child", "a", 40));
    EXPECT_EQ(listed(TaskFilter::all), (Ids{"d", "c", "b", "a"}));
    EXPECT_EQ(listed(TaskFilter::all, 2), (Ids{"d", "c"}));
    set("b", TaskState::failure);
    ASSERT_EQ(claim(), "a");
    set("d", TaskState::progress);
    EXPECT_EQ(listed(TaskFilter::active), (Ids{"d", "c", "a"}));
    EXPECT_EQ(listed(TaskFilter::waiting), (Ids{"c"}));
    EXPECT_EQ(listed(TaskFilter::running), (Ids{"d", "a"}));
    EXPECT_EQ(listed(TaskFilter::running, 1), (Ids{"d"}));
    EXPECT_EQ(listed(TaskFilter::all, std::numeric_limits<std::uint64_t>::max()), (Ids{"d", "c", "b", "a"}));
}

TEST_P(TaskStoreContract, ChildrenComeInOrderOfCreation) {
    add(sample_task("m", 1));
    add(sample_task("n", 1));
    add(sample_child("z", "m", 2));
    add(sample_child("a", "m", 2));
    add(sample_child("first", "m", 1));
    add(sample_child("other", "n", 1));
    EXPECT_EQ(ids(m_store->children(TaskId("m")).value()), (Ids{"first", "z", "a"}));
    EXPECT_EQ(m_store->children(TaskId("m")).value().at(0).parent, TaskId("m"));
    EXPECT_TRUE(m_store->children(TaskId("z")).value().empty());
}

TEST_P(TaskStoreContract, TasksOfOneTypeAreClaimedOneAfterAnotherInTheOrderQueued) {
    add(sample_task("late", 20));
    add(sample_task("early", 10));
    add(sample_task("tie", 10));
    add(sample_task("clustering", 5, TaskType::main_clustering));
    const auto task = m_store->claim(TaskType::main_analysis, OwnerId("me"), at(50)).value();
    ASSERT_TRUE(task.has_value());
    EXPECT_EQ(task->id.str(), "early");
    EXPECT_EQ(task->state, TaskState::started);
    EXPECT_EQ(task->started, at(50));
    EXPECT_EQ(task->changed, at(50));
    EXPECT_EQ(get("early").state, TaskState::started);
    EXPECT_EQ(claim(), "") << "one of that type is leased";
    EXPECT_EQ(claim(TaskType::main_clustering), "clustering") << "types run side by side";
    set("early", TaskState::progress);
    EXPECT_EQ(claim(), "");
    set("early", TaskState::success);
    EXPECT_EQ(claim(), "tie");
    ASSERT_EQ(m_store->revoke(TaskId("tie"), "Cancelled.", at(60)).value(), 1);
    EXPECT_EQ(claim(), "late");
    set("late", TaskState::failure);
    EXPECT_EQ(claim(), "");
}

TEST_P(TaskStoreContract, ChildrenAreNeverClaimed) {
    add(sample_task("m", 1));
    add(sample_child("c", "m", 2));
    EXPECT_EQ(claim(TaskType::album_analysis), "");
    set("c", TaskState::started);
    EXPECT_EQ(claim(), "m") << "a child in hand is no lease";
}

TEST_P(TaskStoreContract, ReleasedTasksWaitAgainWithoutTheirUnfinishedChildren) {
    add(sample_task("m", 1));
    add(sample_task("later", 2));
    ASSERT_EQ(claim(), "m");
    add(sample_child("done", "m", 2));
    add(sample_child("open", "m", 3));
    set("done", TaskState::success);
    set("open", TaskState::started);
    set("m", TaskState::progress);
    ASSERT_TRUE(m_store->append_log(TaskId("m"), at(5), "line"));
    ASSERT_TRUE(m_store->release(TaskId("m"), at(700)));
    const Task task = get("m");
    EXPECT_EQ(task.state, TaskState::queued);
    EXPECT_EQ(task.unclean_ends, 0);
    EXPECT_EQ(task.changed, at(700));
    EXPECT_FALSE(task.started || task.ended);
    EXPECT_EQ(ids(m_store->children(TaskId("m")).value()), Ids{"done"});
    EXPECT_EQ(m_store->log(TaskId("m"), 0, 0).value().size(), 1U);
    EXPECT_EQ(m_store->release(TaskId("m"), at(701)).error().code, ErrorCode::conflict) << "it is not in hand";
    EXPECT_EQ(m_store->release(TaskId("nobody"), at(701)).error().code, ErrorCode::not_found);
    EXPECT_EQ(claim(TaskType::main_analysis, 800), "m") << "it is still the first in the queue";
    EXPECT_EQ(get("m").started, at(800));
}

TEST_P(TaskStoreContract, RecoveryMakesTasksInHandWaitAgain) {
    add(sample_task("m", 1));
    add(sample_task("waiting", 2));
    add(sample_task("clustering", 3, TaskType::main_clustering));
    ASSERT_EQ(claim(), "m");
    ASSERT_EQ(claim(TaskType::main_clustering), "clustering");
    add(sample_child("done", "m", 4));
    add(sample_child("queued", "m", 5));
    add(sample_child("started", "m", 6));
    set("done", TaskState::failure);
    set("started", TaskState::progress);
    set("clustering", TaskState::progress);
    const auto again = m_store->recover(at(900)).value();
    EXPECT_EQ(again, (std::vector<TaskId>{TaskId("m"), TaskId("clustering")}));
    EXPECT_EQ(get("m").state, TaskState::queued);
    EXPECT_EQ(get("m").unclean_ends, 1);
    EXPECT_EQ(get("m").changed, at(900));
    EXPECT_FALSE(get("m").started.has_value());
    EXPECT_EQ(get("waiting").unclean_ends, 0);
    EXPECT_EQ(get("waiting").changed, at(2));
    EXPECT_EQ(ids(m_store->children(TaskId("m")).value()), Ids{"done"});
    EXPECT_EQ(claim(), "m");
}

TEST_P(TaskStoreContract, TheThirdUncleanEndIsAFailure) {
    add(sample_task("m", 1));
    for (int i = 1; i <= 2; ++i) {
        ASSERT_EQ(claim(), "m");
        ASSERT_EQ(m_store->recover(at(10 * i)).value().size(), 1U);
        ASSERT_EQ(get("m").unclean_ends, i);
    }
    ASSERT_EQ(claim(), "m");
    add(sample_child("c", "m", 25));
    ASSERT_TRUE(m_store->release(TaskId("m"), at(26)));
    EXPECT_EQ(get("m").unclean_ends, 2) << "an orderly stop changes nothing";
    ASSERT_EQ(claim(), "m");
    EXPECT_TRUE(m_store->recover(at(30)).value().empty());
    const Task task = get("m");
    EXPECT_EQ(task.state, TaskState::failure);
    EXPECT_EQ(task.unclean_ends, 3);
    EXPECT_EQ(task.progress, 100);
    EXPECT_EQ(task.ended, at(30));
    EXPECT_EQ(task.status_message,
              "The program ended unexpectedly 3 times in a row while this task was in hand; it is not tried again. "
              "The log of the server may say why.");
    EXPECT_FALSE(exists("c"));
    EXPECT_EQ(claim(), "");
}

TEST_P(TaskStoreContract, RevokingAMainTaskEndsItsChildrenToo) {
    add(sample_task("m", 1));
    add(sample_task("n", 1));
    ASSERT_EQ(claim(), "m");
    add(sample_child("done", "m", 2));
    add(sample_child("open", "m", 3));
    add(sample_child("waiting", "m", 4));
    add(sample_child("other", "n", 4));
    set("done", TaskState::success);
    set("open", TaskState::started);
    EXPECT_EQ(m_store->revoke(TaskId("m"), "Cancelled by a person.", at(50)).value(), 3);
    for (const char* id : {"m", "open", "waiting"}) {
        const Task task = get(id);
        EXPECT_EQ(task.state, TaskState::revoked) << id;
        EXPECT_EQ(task.status_message, "Cancelled by a person.") << id;
        EXPECT_EQ(task.progress, 100) << id;
        EXPECT_EQ(task.ended, at(50)) << id;
        EXPECT_EQ(task.changed, at(50)) << id;
    }
    EXPECT_EQ(get("done").state, TaskState::success);
    EXPECT_EQ(get("other").state, TaskState::queued);
    EXPECT_EQ(m_store->revoke(TaskId("m"), "Again.", at(51)).value(), 0);
    EXPECT_EQ(m_store->revoke(TaskId("nobody"), "Cancelled.", at(51)).error().code, ErrorCode::not_found);
}

TEST_P(TaskStoreContract, RevokingAChildLeavesItsParent) {
    add(sample_task("m", 1));
    ASSERT_EQ(claim(), "m");
    add(sample_child("c", "m", 2));
    add(sample_child("d", "m", 2));
    EXPECT_EQ(m_store->revoke(TaskId("c"), "Cancelled.", at(50)).value(), 1);
    EXPECT_EQ(get("c").state, TaskState::revoked);
    EXPECT_EQ(get("d").state, TaskState::queued);
    EXPECT_EQ(get("m").state, TaskState::started);
}

TEST_P(TaskStoreContract, AMainTaskThatEndsLeavesNoChildOpen) {
    add(sample_task("m", 1));
    ASSERT_EQ(claim(), "m");
    add(sample_child("c", "m", 2));
    set("m", TaskState::failure, 60);
    EXPECT_EQ(get("c").state, TaskState::revoked);
    EXPECT_EQ(get("c").ended, at(60));
    EXPECT_EQ(get("c").status_message, "The main task ended before this part of it.");
}

TEST_P(TaskStoreContract, ATokenLivesUntilTheTaskEnds) {
    const std::string with_token = R"({"jellyfin_token":"s3cret","num_recent_albums":2})";
    const auto start = [&](const std::string& id, TaskType type) {
        Task task = sample_task(id, 1, type);
        task.params = with_token;
        add(task);
        ASSERT_EQ(claim(type), id);
        ASSERT_EQ(get(id).params, with_token);
    };
    start("a", TaskType::main_analysis);
    set("a", TaskState::progress);
    EXPECT_EQ(get("a").params, with_token);
    set("a", TaskState::success);
    start("b", TaskType::main_analysis);
    ASSERT_EQ(m_store->revoke(TaskId("b"), "Cancelled.", at(9)).value(), 1);
    start("c", TaskType::main_analysis);
    for (int i = 0; i < 3; ++i) {
        (void)claim();
        ASSERT_TRUE(m_store->recover(at(10 + i)));
    }
    for (const char* id : {"a", "b", "c"}) {
        ASSERT_TRUE(has_ended(get(id).state)) << id;
        EXPECT_EQ(get(id).params, R"({"num_recent_albums":2})") << id;
    }
    Task odd = sample_task("odd", 1);
    odd.params = "no JSON, jellyfin_token";
    add(odd);
    set("odd", TaskState::success);
    EXPECT_EQ(get("odd").params, "no JSON, jellyfin_token");
}

TEST_P(TaskStoreContract, LogLinesAreNumberedFromOneWithinTheirTask) {
    add(sample_task("a", 1));
    add(sample_task("b", 1));
    for (int i = 1; i <= 5; ++i) {
        ASSERT_TRUE(m_store->append_log(TaskId("a"), at(i), "line " + std::to_string(i)));
    }
    ASSERT_TRUE(m_store->append_log(TaskId("b"), at(9), "other"));
    set("a", TaskState::success);
    ASSERT_TRUE(m_store->append_log(TaskId("a"), at(3), "after the end")) << "also with an older time";

    const auto all = m_store->log(TaskId("a"), 0, 0).value();
    ASSERT_EQ(all.size(), 6U);
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_EQ(all[i].number, static_cast<std::int64_t>(i) + 1);
        EXPECT_EQ(all[i].time, at(static_cast<std::int64_t>(i) + 1));
        EXPECT_EQ(all[i].text, "line " + std::to_string(i + 1));
    }
    EXPECT_EQ(all[5].number, 6);
    EXPECT_EQ(all[5].time, at(3));
    const auto newest = m_store->log(TaskId("a"), 1, 2).value();
    ASSERT_EQ(newest.size(), 2U);
    EXPECT_EQ(newest[0].number, 5);
    EXPECT_EQ(newest[1].number, 6);
    EXPECT_EQ(m_store->log(TaskId("a"), 4, 0).value().size(), 2U);
    EXPECT_TRUE(m_store->log(TaskId("a"), 6, 0).value().empty());
    EXPECT_EQ(m_store->log(TaskId("b"), 0, 0).value().at(0).number, 1);
    EXPECT_EQ(m_store->append_log(TaskId("nobody"), at(1), "x").error().code, ErrorCode::not_found);
}

TEST_P(TaskStoreContract, PruningKeepsTheNewestAndWhatHasNotEnded) {
    for (int i = 1; i <= 5; ++i) {
        const std::string id = "m" + std::to_string(i);
        add(sample_task(id, i));
        add(sample_child("c" + std::to_string(i), id, i));
        ASSERT_TRUE(m_store->append_log(TaskId(id), at(i), "line"));
    }
    for (const char* id : {"m1", "m3", "m4", "m5"}) {
        set(id, TaskState::success, 1'000); // m2 waits
    }
    ASSERT_TRUE(m_store->prune(2, at(0)));
    EXPECT_EQ(listed(TaskFilter::all), (Ids{"m5", "m4", "m2"}));
    EXPECT_FALSE(exists("c1") || exists("c3"));
    EXPECT_TRUE(exists("c2") && exists("c4") && exists("c5"));
    EXPECT_TRUE(m_store->log(TaskId("m1"), 0, 0).value().empty());
    EXPECT_EQ(m_store->log(TaskId("m2"), 0, 0).value().size(), 1U);

    ASSERT_TRUE(m_store->prune(50, at(1'000)));
    EXPECT_TRUE(exists("c4")) << "it did not end before";
    ASSERT_TRUE(m_store->prune(50, at(1'001)));
    EXPECT_FALSE(exists("c4") || exists("c5"));
    EXPECT_TRUE(exists("c2")) << "it has not ended";
    EXPECT_EQ(listed(TaskFilter::all), (Ids{"m5", "m4", "m2"}));
    ASSERT_TRUE(m_store->prune(0, at(0)));
    EXPECT_EQ(listed(TaskFilter::all), (Ids{"m2"}));
}

} // namespace audiomuse
