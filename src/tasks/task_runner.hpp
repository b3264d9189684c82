#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <thread>
#include <vector>

#include <domain/task_store.hpp>
#include <tasks/task_context.hpp>
#include <tasks/task_queue.hpp>

namespace audiomuse::tasks {

/// Does the work of one main task. Returns soon after its stop token fires; must not throw (what it throws becomes a failure).
using TaskHandler = std::function<TaskOutcome(TaskContext&)>;

/// Takes main tasks from the store and runs them: one after another within a type, types side by side.
class TaskRunner {
  public:
    /// `store` and `queue` must outlive the runner. Nothing runs before start().
    TaskRunner(TaskStore& store, TaskQueue& queue, std::map<TaskType, TaskHandler> handlers);
    /// Stops as stop() does.
    ~TaskRunner();
    TaskRunner(const TaskRunner&) = delete;
    TaskRunner& operator=(const TaskRunner&) = delete;

    void start();
    /// Stops all work and gives the tasks in hand back to the queue. Returns when the handlers have returned.
    void stop();

    /// Runs one claimed task to its end in the calling thread: what the runner's threads do, and what `audiomuse run` does.
    void run(Task task, const TaskHandler& handler);

  private:
    void serve(TaskType type, const TaskHandler& handler);

    TaskStore& m_store;
    TaskQueue& m_queue;
    std::map<TaskType, TaskHandler> m_handlers;
    OwnerId m_owner;
    std::atomic<bool> m_stopping{false};
    std::vector<std::thread> m_threads;
};

} // namespace audiomuse::tasks
