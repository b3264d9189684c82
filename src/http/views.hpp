#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include <app/service.hpp>

/// The JSON of the API's answers, key for key as docs/api.md lists them.
namespace audiomuse::http {

/// "queued" is for answers to a start call only; see docs/api.md for the three words of a waiting task.
[[nodiscard]] nlohmann::ordered_json started_json(const Task& task);
[[nodiscard]] nlohmann::ordered_json config_json(const app::ConfigView& config);
[[nodiscard]] nlohmann::ordered_json status_json(const app::TaskView& view);
[[nodiscard]] nlohmann::ordered_json unknown_status_json(const std::string& task_id);
[[nodiscard]] nlohmann::ordered_json last_task_json(const app::TaskView& view);
[[nodiscard]] nlohmann::ordered_json no_previous_task_json();
[[nodiscard]] nlohmann::ordered_json active_task_json(const app::TaskView& view);
[[nodiscard]] nlohmann::ordered_json playlists_json(const std::vector<Playlist>& playlists);
[[nodiscard]] nlohmann::ordered_json failures_json(const app::FailurePage& page);
[[nodiscard]] nlohmann::ordered_json log_json(const std::vector<TaskLogLine>& lines);

} // namespace audiomuse::http
