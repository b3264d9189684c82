#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <base/clock.hpp>
#include <base/result.hpp>
#include <domain/task.hpp>

namespace audiomuse {

/// Who holds a lease: one running program.
using OwnerId = Id<struct OwnerTag>;

/// Which main tasks list_main() returns.
enum class TaskFilter { all, active, waiting, running };

/// The task table; its rows with their leases are the queue. Every call is one transaction. Safe to call from several threads.
class TaskStore {
  public:
    TaskStore() = default;
    TaskStore(const TaskStore&) = delete;
    TaskStore& operator=(const TaskStore&) = delete;
    virtual ~TaskStore() = default;

    /// Adds a row. Errors: conflict when the id exists or the parent has ended; not_found when there is no such parent;
    /// invalid_argument when the values contradict each other (`ended` is set exactly when the state has ended, a main type has
    /// no parent and the others have a main task as theirs, progress is 0 to 100).
    [[nodiscard]] virtual Result<void> create(const Task& task) = 0;

    /// Writes state, progress, status_message, details, started, ended, changed. A row that has ended is never changed: then
    /// conflict. A main task that ends makes its children that had not ended REVOKED. Errors: as create(), and not_found. A row
    /// that ends, here or by another call, loses the `jellyfin_token` that its params may have brought.
    [[nodiscard]] virtual Result<void> update(const Task& task) = 0;

    [[nodiscard]] virtual Result<std::optional<Task>> find(const TaskId& id) = 0;

    /// Main tasks, newest first by creation (ties: later insertion first). `limit` 0: all.
    [[nodiscard]] virtual Result<std::vector<Task>> list_main(TaskFilter filter, std::uint64_t limit) = 0;
    /// Children of a main task in order of creation.
    [[nodiscard]] virtual Result<std::vector<Task>> children(const TaskId& parent) = 0;

    /// Leases the oldest waiting main task of a type to the owner and makes it STARTED. Nothing when none waits or one of
    /// that type is leased already.
    [[nodiscard]] virtual Result<std::optional<Task>> claim(TaskType type, const OwnerId& owner, UtcTime now) = 0;

    /// Called once at start, when no other program can hold a lease: main tasks in hand wait again with one more unclean end,
    /// their unfinished children go; the third unclean end in a row makes FAILURE. Returns the ids that wait again.
    [[nodiscard]] virtual Result<std::vector<TaskId>> recover(UtcTime now) = 0;
    /// Gives a lease back after an orderly stop: the task waits again, unclean_ends as it was, and its unfinished children go.
    /// Errors: not_found, conflict when it is not in hand.
    [[nodiscard]] virtual Result<void> release(const TaskId& id, UtcTime now) = 0;

    /// Makes the task, and its children that had not ended, REVOKED. Returns how many rows changed; 0 when it had ended.
    /// Error not_found for an unknown id.
    [[nodiscard]] virtual Result<int> revoke(const TaskId& id, const std::string& message, UtcTime now) = 0;

    [[nodiscard]] virtual Result<void> append_log(const TaskId& id, UtcTime time, const std::string& text) = 0;
    /// Lines with a number above `after`, oldest first; of these the newest `limit` when limit is not 0.
    [[nodiscard]] virtual Result<std::vector<TaskLogLine>> log(const TaskId& id, std::int64_t after, std::uint64_t limit) = 0;

    /// Deletes ended main tasks beyond the newest `keep_main` with their children and logs, and children that ended before
    /// `children_before`.
    [[nodiscard]] virtual Result<void> prune(std::uint64_t keep_main, UtcTime children_before) = 0;
};

} // namespace audiomuse
