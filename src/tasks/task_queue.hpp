#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <base/result.hpp>
#include <domain/task.hpp>
#include <domain/task_store.hpp>
#include <tasks/stop_registry.hpp>

namespace audiomuse::tasks {

struct CancelledTasks {
    std::vector<TaskId> main_tasks;
    int rows = 0; ///< main tasks and children that had not ended
};

/// Puts main tasks into the queue and takes them out again. Thread-safe; no call waits for a task.
class TaskQueue {
  public:
    /// `store` must outlive the queue.
    explicit TaskQueue(TaskStore& store) : m_store(store) {}

    /// Queues a main task, or returns the waiting one with the same type and the same params text.
    [[nodiscard]] Result<Task> submit(TaskType type, std::string params);

    /// Errors: not_found for an unknown id, conflict when the task has ended.
    [[nodiscard]] Result<CancelledTasks> cancel(const TaskId& id);

    /// All active main tasks whose type begins with the prefix; an empty result when there is none.
    [[nodiscard]] Result<CancelledTasks> cancel_all(std::string_view type_prefix);

    /// For the runner: the signals of tasks in hand, and the count of submissions so far.
    [[nodiscard]] StopRegistry& stops() noexcept { return m_stops; }
    [[nodiscard]] std::uint64_t generation();
    /// Returns when something was submitted after `seen`, when wake() is called, or after a second.
    void wait_for_work(std::uint64_t seen);
    void wake();

  private:
    [[nodiscard]] Result<int> revoke(const TaskId& id);

    TaskStore& m_store;
    StopRegistry m_stops;
    std::mutex m_submit_mutex; ///< makes the search for an equal task and the insertion one step
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::uint64_t m_generation = 0;
};

} // namespace audiomuse::tasks
