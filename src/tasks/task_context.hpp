#pragma once

#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include <base/result.hpp>
#include <domain/task.hpp>
#include <domain/task_store.hpp>
#include <tasks/stop_registry.hpp>

namespace audiomuse::tasks {

/// How a handler ended. A handler that saw its stop token returns `revoked`; the runner decides what that means.
struct TaskOutcome {
    TaskState state = TaskState::failure;
    std::string message;        ///< the final status message
    std::string details = "{}"; ///< a JSON object
};

/// What a handler may do with the task in its hands. Thread-safe.
///
/// Failures to write progress or log are logged and otherwise ignored: they must not end the work itself.
class TaskContext {
  public:
    TaskContext(Task task, TaskStore& store, StopRegistry& stops, std::stop_token stop);

    [[nodiscard]] const TaskId& id() const noexcept { return m_id; }
    [[nodiscard]] const std::string& params() const noexcept { return m_params; }
    [[nodiscard]] std::stop_token stop() const noexcept { return m_stop; }

    /// Adds a line to the task's log and to the program's.
    void log(const std::string& text);

    /// Shows how far the task is. `percent` is clamped to 0..99: 100 is for ended tasks.
    void report(int percent, std::string message, std::string details);

    /// Adds a child and returns its id; an error when it cannot be stored.
    [[nodiscard]] Result<TaskId> add_child(TaskType type, std::string sub_type, std::string message);
    /// The child is in hand from now on, with this message; the token tells when it alone or the whole task is cancelled.
    [[nodiscard]] std::stop_token begin_child(const TaskId& id, std::string message);
    /// Shows how far a child in hand is. `percent` is clamped to 0..99.
    void report_child(const TaskId& id, int percent, std::string message);
    void end_child(const TaskId& id, TaskOutcome outcome);
    /// All children so far in order of creation, those of a broken-off attempt at this task among them.
    [[nodiscard]] Result<std::vector<Task>> children() { return m_store.children(m_id); }

  private:
    void write_child(const Task& child);

    TaskId m_id;
    std::string m_params;
    TaskStore& m_store;
    StopRegistry& m_stops;
    std::stop_token m_stop;
    std::mutex m_mutex;
    Task m_task; ///< guarded by m_mutex
};

} // namespace audiomuse::tasks
