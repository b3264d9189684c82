#pragma once

#include <cstdint>
#include <string>

#include <domain/task.hpp>
#include <support/track_samples.hpp>

namespace audiomuse {

/// A main task that waits; times are in seconds after the epoch.
[[nodiscard]] inline Task sample_task(const std::string& id, std::int64_t created, TaskType type = TaskType::main_analysis) {
    Task task;
    task.id = TaskId(id);
    task.type = type;
    task.status_message = "Waiting.";
    task.params = R"({"num_recent_albums":0})";
    task.created = task.changed = at(created);
    return task;
}

[[nodiscard]] inline Task sample_child(const std::string& id, const std::string& parent, std::int64_t created) {
    Task task = sample_task(id, created, TaskType::album_analysis);
    task.parent = TaskId(parent);
    task.sub_type = "album of " + id;
    return task;
}

} // namespace audiomuse
