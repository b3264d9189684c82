#include <tasks/task_queue.hpp>

#include <gtest/gtest.h>
#include <support/fake_task_store.hpp>

namespace audiomuse::tasks {
namespace {

class TaskQueueTest : public testing::Test {
  protected:
    Task submit(TaskType type, const std::string& params = "{}") { return m_queue.submit(type, params).value(); }
    FakeTaskStore m_store;
    TaskQueue m_queue{m_store};
};

TEST_F(TaskQueueTest, AnEqualWaitingTaskIsReturned) {
    const Task first = submit(TaskType::main_analysis, R"({"a":1})");
    EXPECT_EQ(submit(TaskType::main_analysis, R"({"a":1})").id, first.id);
    EXPECT_NE(submit(TaskType::main_analysis, R"({"a":2})").id, first.id);
    EXPECT_NE(submit(TaskType::main_clustering, R"({"a":1})").id, first.id);
    ASSERT_TRUE(m_store.claim(TaskType::main_analysis, OwnerId("o"), utc_now()).value());
    EXPECT_NE(submit(TaskType::main_analysis, R"({"a":1})").id, first.id) << "the running one is no longer waiting";
}

TEST_F(TaskQueueTest, CancelNamesWhatIsWrong) {
    const auto unknown = m_queue.cancel(TaskId("x"));
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, ErrorCode::not_found);
    EXPECT_EQ(unknown.error().message, "Task x not found in database.");
    const Task task = submit(TaskType::main_analysis);
    EXPECT_EQ(m_queue.cancel(task.id)->rows, 1);
    EXPECT_EQ(m_store.find(task.id).value()->state, TaskState::revoked);
    EXPECT_EQ(m_queue.cancel(task.id).error().code, ErrorCode::conflict);
}

TEST_F(TaskQueueTest, CancelAllTakesAPrefix) {
    const Task analysis = submit(TaskType::main_analysis);
    const Task clustering = submit(TaskType::main_clustering);
    EXPECT_TRUE(m_queue.cancel_all("album")->main_tasks.empty());
    EXPECT_EQ(m_queue.cancel_all("main_a")->main_tasks, std::vector<TaskId>{analysis.id});
    EXPECT_EQ(m_queue.cancel_all("main_")->main_tasks, std::vector<TaskId>{clustering.id});
}

TEST_F(TaskQueueTest, AStopReachesTheChildren) {
    StopRegistry& stops = m_queue.stops();
    const std::stop_token parent = stops.add(TaskId("p"), std::nullopt);
    const std::stop_token child = stops.add(TaskId("c"), TaskId("p"));
    const std::stop_token other = stops.add(TaskId("o"), std::nullopt);
    stops.request_stop(TaskId("c"));
    EXPECT_TRUE(child.stop_requested());
    EXPECT_FALSE(parent.stop_requested());
    stops.request_stop(TaskId("p"));
    EXPECT_TRUE(parent.stop_requested());
    EXPECT_TRUE(stops.add(TaskId("late"), TaskId("p")).stop_requested()) << "a child of a stopped task starts stopped";
    EXPECT_FALSE(other.stop_requested());
}

} // namespace
} // namespace audiomuse::tasks
