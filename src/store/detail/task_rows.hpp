#pragma once

#include <optional>
#include <string_view>

#include <base/result.hpp>
#include <domain/task.hpp>
#include <domain/task_store.hpp>
#include <store/detail/connection.hpp>

namespace audiomuse::store::detail {

/// An SQL expression: the params of a task without the token that a start call may have brought.
inline constexpr std::string_view k_params_without_secrets =
    "CASE WHEN NOT json_valid(params) THEN params WHEN json_type(params, '$.jellyfin_token') IS NULL THEN params "
    "ELSE json_remove(params, '$.jellyfin_token') END";

/// `SELECT` of whole tasks; a WHERE clause may follow. Its columns are those of read_task(), from table t.
inline constexpr std::string_view k_select_task =
    "SELECT t.id, p.id, t.type, t.sub_type, t.state, t.progress, t.status_message, t.params, t.details, t.created_us, "
    "t.started_us, "
    "t.ended_us, t.changed_us, t.unclean_ends FROM tasks t LEFT JOIN tasks p ON p.seq = t.parent ";

/// Error damaged when a word in the row is unknown.
[[nodiscard]] Result<Task> read_task(RowReader row);

/// A task's place in the table.
struct TaskPlace {
    std::int64_t seq = 0;
    bool is_main = true;
    TaskState state = TaskState::queued;
};
[[nodiscard]] Result<std::optional<TaskPlace>> place_of(Connection& connection, const TaskId& id);

} // namespace audiomuse::store::detail
