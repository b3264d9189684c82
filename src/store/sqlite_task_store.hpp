#pragma once

#include <domain/task_store.hpp>

namespace audiomuse::store {

class Database;

/// The task table in SQLite. The database must outlive the store.
class SqliteTaskStore final : public TaskStore {
  public:
    explicit SqliteTaskStore(Database& database);

    [[nodiscard]] Result<void> create(const Task& task) override;
    [[nodiscard]] Result<void> update(const Task& task) override;
    [[nodiscard]] Result<std::optional<Task>> find(const TaskId& id) override;
    [[nodiscard]] Result<std::vector<Task>> list_main(TaskFilter filter, std::uint64_t limit) override;
    [[nodiscard]] Result<std::vector<Task>> children(const TaskId& parent) override;
    [[nodiscard]] Result<std::optional<Task>> claim(TaskType type, const OwnerId& owner, UtcTime now) override;
    [[nodiscard]] Result<std::vector<TaskId>> recover(UtcTime now) override;
    [[nodiscard]] Result<void> release(const TaskId& id, UtcTime now) override;
    [[nodiscard]] Result<int> revoke(const TaskId& id, const std::string& message, UtcTime now) override;
    [[nodiscard]] Result<void> append_log(const TaskId& id, UtcTime time, const std::string& text) override;
    [[nodiscard]] Result<std::vector<TaskLogLine>> log(const TaskId& id, std::int64_t after, std::uint64_t limit) override;
    [[nodiscard]] Result<void> prune(std::uint64_t keep_main, UtcTime children_before) override;

  private:
    Database& m_database;
};

} // namespace audiomuse::store
