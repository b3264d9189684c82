#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <base/clock.hpp>
#include <base/id.hpp>

namespace audiomuse {

using TaskId = Id<struct TaskTag>;

enum class TaskType { main_analysis, main_clustering, album_analysis, clustering_batch };

/// The word of the API: "main_analysis" ...
[[nodiscard]] std::string_view to_string(TaskType type) noexcept;
[[nodiscard]] std::optional<TaskType> parse_task_type(std::string_view word) noexcept;

enum class TaskState { queued, started, progress, success, failure, revoked };

/// "QUEUED", "STARTED", "PROGRESS", "SUCCESS", "FAILURE", "REVOKED".
[[nodiscard]] std::string_view to_string(TaskState state) noexcept;
[[nodiscard]] std::optional<TaskState> parse_task_state(std::string_view word) noexcept;
[[nodiscard]] constexpr bool has_ended(TaskState state) noexcept {
    return state == TaskState::success || state == TaskState::failure || state == TaskState::revoked;
}

/// A row of the task table. The rows with their leases are the queue.
struct Task {
    TaskId id;
    std::optional<TaskId> parent; ///< absent for a main task
    TaskType type = TaskType::main_analysis;
    std::string sub_type; ///< the album id of an album_analysis; empty otherwise
    TaskState state = TaskState::queued;
    int progress = 0; ///< 0 to 100
    std::string status_message;
    std::string params;         ///< a JSON object: what the start call asked for
    std::string details = "{}"; ///< a JSON object: `details` of the API without its log
    UtcTime created{};
    std::optional<UtcTime> started;
    std::optional<UtcTime> ended;
    UtcTime changed{};
    int unclean_ends = 0; ///< how often the program died with this task in hand
};

struct TaskLogLine {
    std::int64_t number = 0; ///< from 1, within its task
    UtcTime time{};
    std::string text;
};

} // namespace audiomuse
