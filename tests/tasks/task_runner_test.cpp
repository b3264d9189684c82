#include <tasks/task_runner.hpp>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>
#include <support/fake_task_store.hpp>

namespace audiomuse::tasks {
namespace {

using namespace std::chrono_literals;

class TaskRunnerTest : public testing::Test {
  protected:
    Task wait_for(const TaskId& id, TaskState state) {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        for (;;) {
            Task task = m_store.find(id).value().value();
            if (task.state == state || std::chrono::steady_clock::now() > deadline) {
                EXPECT_EQ(to_string(task.state), to_string(state));
                return task;
            }
            std::this_thread::sleep_for(1ms);
        }
    }
    TaskId submit(TaskType type = TaskType::main_analysis, const std::string& params = "{}") {
        return m_queue.submit(type, params).value().id;
    }
    FakeTaskStore m_store;
    TaskQueue m_queue{m_store};
};

TaskOutcome until_stopped(TaskContext& context) {
    while (!context.stop().stop_requested()) {
        std::this_thread::sleep_for(1ms);
    }
    return {TaskState::revoked, "Stopped.", "{}"};
}

TEST_F(TaskRunnerTest, RunsTasksOfOneTypeOneAfterAnother) {
    std::atomic<int> running{0};
    std::atomic<int> most{0};
    std::vector<std::string> order;
    TaskRunner runner(m_store, m_queue, {{TaskType::main_analysis, [&](TaskContext& context) {
                                              most = std::max(most.load(), ++running);
                                              order.push_back(context.params());
                                              context.report(40, "Working.", R"({"x":1})");
                                              std::this_thread::sleep_for(5ms);
                                              --running;
                                              return TaskOutcome{TaskState::success, "Done.", R"({"x":2})"};
                                          }}});
    submit(TaskType::main_analysis, "1");
    submit(TaskType::main_analysis, "2");
    const TaskId last = submit(TaskType::main_analysis, "3");
    runner.start();
    const Task task = wait_for(last, TaskState::success);
    EXPECT_EQ(task.progress, 100);
    EXPECT_EQ(task.status_message, "Done.");
    EXPECT_EQ(task.details, R"({"x":2})");
    EXPECT_TRUE(task.started && task.ended);
    EXPECT_EQ(m_store.log(last, 0, 0)->back().text, "Done.");
    runner.stop();
    EXPECT_EQ(most, 1);
    EXPECT_EQ(order, (std::vector<std::string>{"1", "2", "3"}));
}

TEST_F(TaskRunnerTest, TypesRunSideBySide) {
    std::atomic<int> inside{0};
    const TaskHandler meet = [&](TaskContext&) {
        ++inside;
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (inside < 2 && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::sleep_for(1ms);
        }
        return TaskOutcome{inside == 2 ? TaskState::success : TaskState::failure, "Met.", "{}"};
    };
    TaskRunner runner(m_store, m_queue, {{TaskType::main_analysis, meet}, {TaskType::main_clustering, meet}});
    const TaskId analysis = submit(TaskType::main_analysis);
    const TaskId clustering = submit(TaskType::main_clustering);
    runner.start();
    wait_for(analysis, TaskState::success);
    wait_for(clustering, TaskState::success);
}

TEST_F(TaskRunnerTest, ACancelledTaskStaysRevokedAndTheNextOneStarts) {
    TaskRunner runner(m_store, m_queue, {{TaskType::main_analysis, until_stopped}});
    runner.start();
    const TaskId first = submit(TaskType::main_analysis, "1");
    wait_for(first, TaskState::started);
    const TaskId second = submit(TaskType::main_analysis, "2");
    ASSERT_TRUE(m_queue.cancel(first));
    EXPECT_EQ(m_store.find(first).value()->state, TaskState::revoked);
    wait_for(second, TaskState::started);
    EXPECT_EQ(m_store.find(first).value()->state, TaskState::revoked);
}

TEST_F(TaskRunnerTest, AStopGivesTheTaskBack) {
    TaskRunner runner(m_store, m_queue, {{TaskType::main_analysis, until_stopped}});
    runner.start();
    const TaskId id = submit();
    wait_for(id, TaskState::started);
    runner.stop();
    const Task task = m_store.find(id).value().value();
    EXPECT_EQ(task.state, TaskState::queued);
    EXPECT_EQ(task.unclean_ends, 0);
}

TEST_F(TaskRunnerTest, AnExceptionIsAFailureWithoutItsWords) {
    TaskRunner runner(m_store, m_queue,
                      {{TaskType::main_analysis, [](TaskContext&) -> TaskOutcome { throw std::runtime_error("secret"); }}});
    runner.start();
    const Task task = wait_for(submit(), TaskState::failure);
    EXPECT_EQ(task.status_message.find("secret"), std::string::npos);
}

TEST_F(TaskRunnerTest, ChildrenCanBeCancelledAlone) {
    std::atomic<bool> child_saw_stop{false};
    TaskId child;
    std::atomic<bool> ready{false};
    TaskRunner runner(m_store, m_queue, {{TaskType::main_analysis, [&](TaskContext& context) {
                                              child = context.add_child(TaskType::album_analysis, "album", "Waiting.").value();
                                              const std::stop_token stop = context.begin_child(child, "In hand.");
                                              ready = true;
                                              const auto deadline = std::chrono::steady_clock::now() + 10s;
                                              while (!stop.stop_requested() && std::chrono::steady_clock::now() < deadline) {
                                                  std::this_thread::sleep_for(1ms);
                                              }
                                              child_saw_stop = stop.stop_requested() && !context.stop().stop_requested();
                                              context.end_child(child, {TaskState::success, "Done.", "{}"});
                                              return TaskOutcome{TaskState::success, "Done.", "{}"};
                                          }}});
    runner.start();
    const TaskId id = submit();
    while (!ready) {
        std::this_thread::sleep_for(1ms);
    }
    ASSERT_TRUE(m_queue.cancel(child));
    wait_for(id, TaskState::success);
    EXPECT_TRUE(child_saw_stop);
    EXPECT_EQ(m_store.find(child).value()->state, TaskState::revoked);
}

} // namespace
} // namespace audiomuse::tasks
