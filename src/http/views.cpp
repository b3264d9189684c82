#include <http/views.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <base/clock.hpp>
#include <domain/analysis.hpp>

namespace audiomuse::http {

namespace {

using nlohmann::ordered_json;

/// /api/last_task and /api/active_tasks call a waiting task PENDING.
std::string_view status_word(TaskState state) { return state == TaskState::queued ? "PENDING" : to_string(state); }

int shown_progress(const Task& task) { return has_ended(task.state) ? 100 : task.progress; }

ordered_json details_json(const app::TaskView& view) {
    ordered_json details = ordered_json::object();
    details["message"] = view.task.status_message;
    details["status_message"] = view.task.status_message;
    const auto stored = ordered_json::parse(view.task.details, nullptr, /*allow_exceptions=*/false);
    if (stored.is_object()) {
        for (const auto& [name, value] : stored.items()) {
            details[name] = value;
        }
    }
    if (view.task.state == TaskState::failure) {
        details["error_message"] = view.task.status_message;
    }
    details["log"] = ordered_json::array();
    for (const TaskLogLine& line : view.log) {
        details["log"].push_back(fmt::format("[{}] {}", format_local(line.time), line.text));
    }
    return details;
}

} // namespace

ordered_json started_json(const Task& task) {
    return {{"task_id", task.id.str()}, {"task_type", to_string(task.type)}, {"status", "queued"}};
}

ordered_json config_json(const app::ConfigView& config) {
    ordered_json json;
    json["version"] = config.version;
    json["media_server"] = config.media_server;
    json["jellyfin_url"] = config.jellyfin_url;
    json["jellyfin_user_id"] = config.jellyfin_user_id;
    json["jellyfin_token"] = config.jellyfin_token_is_set ? "********" : "";
    json["num_recent_albums"] = config.num_recent_albums;
    json["max_distance"] = config.max_distance;
    json["max_songs_per_cluster"] = config.max_songs_per_cluster;
    json["max_songs_per_artist"] = config.max_songs_per_artist;
    json["cluster_algorithm"] = config.cluster_algorithm;
    json["num_clusters_min"] = config.num_clusters_min;
    json["num_clusters_max"] = config.num_clusters_max;
    json["dbscan_eps_min"] = config.dbscan_eps_min;
    json["dbscan_eps_max"] = config.dbscan_eps_max;
    json["dbscan_min_samples_min"] = config.dbscan_min_samples_min;
    json["dbscan_min_samples_max"] = config.dbscan_min_samples_max;
    json["gmm_n_components_min"] = config.gmm_n_components_min;
    json["gmm_n_components_max"] = config.gmm_n_components_max;
    json["pca_components_min"] = config.pca_components_min;
    json["pca_components_max"] = config.pca_components_max;
    json["top_n_moods"] = config.top_n_moods;
    json["mood_labels"] = ordered_json(mood_labels());
    json["clustering_runs"] = config.clustering_runs;
    json["clustering_features"] = config.clustering_features;
    json["max_track_minutes"] = config.max_track_minutes;
    json["model_available"] = config.model_available;
    json["analysed_tracks"] = config.analysed_tracks;
    return json;
}

ordered_json status_json(const app::TaskView& view) {
    ordered_json json;
    json["task_id"] = view.task.id.str();
    json["state"] = to_string(view.task.state);
    json["status_message"] = view.task.status_message;
    json["progress"] = shown_progress(view.task);
    json["details"] = details_json(view);
    json["task_type_from_db"] = to_string(view.task.type);
    json["running_time_seconds"] = view.running_time_seconds;
    return json;
}

ordered_json unknown_status_json(const std::string& task_id) {
    ordered_json json;
    json["task_id"] = task_id;
    json["state"] = "UNKNOWN";
    json["status_message"] = "Task ID not found.";
    json["progress"] = 0;
    json["details"] = ordered_json::object();
    json["task_type_from_db"] = nullptr;
    return json;
}

ordered_json last_task_json(const app::TaskView& view) {
    ordered_json json;
    json["task_id"] = view.task.id.str();
    json["task_type"] = to_string(view.task.type);
    json["status"] = status_word(view.task.state);
    json["progress"] = shown_progress(view.task);
    json["details"] = details_json(view);
    if (view.task.state == TaskState::success) {
        json["details"]["log"] = {fmt::format("Task completed successfully. Final status: {}", view.task.status_message)};
    }
    json["running_time_seconds"] = view.running_time_seconds;
    return json;
}

ordered_json no_previous_task_json() {
    ordered_json json;
    json["task_id"] = nullptr;
    json["task_type"] = nullptr;
    json["status"] = "NO_PREVIOUS_MAIN_TASK";
    json["details"]["log"] = {"No previous main task found."};
    return json;
}

ordered_json active_task_json(const app::TaskView& view) {
    ordered_json json;
    json["task_id"] = view.task.id.str();
    json["parent_task_id"] = view.task.parent ? ordered_json(view.task.parent->str()) : nullptr;
    json["task_type"] = to_string(view.task.type);
    json["sub_type_identifier"] = view.task.sub_type.empty() ? nullptr : ordered_json(view.task.sub_type);
    json["status"] = status_word(view.task.state);
    json["progress"] = shown_progress(view.task);
    json["details"] = details_json(view);
    json["timestamp"] = format_utc(view.task.changed);
    json["running_time_seconds"] = view.running_time_seconds;
    return json;
}

ordered_json playlists_json(const std::vector<Playlist>& playlists) {
    ordered_json json = ordered_json::object();
    for (const Playlist& playlist : playlists) {
        ordered_json& songs = json[playlist.name] = ordered_json::array();
        for (const PlaylistSong& song : playlist.songs) {
            songs.push_back({{"item_id", song.id.str()}, {"title", song.title}, {"author", song.artist}});
        }
    }
    return json;
}

ordered_json failures_json(const app::FailurePage& page) {
    ordered_json json;
    json["total"] = page.total;
    json["failures"] = ordered_json::array();
    for (const FailedTrack& failed : page.failures) {
        json["failures"].push_back({{"item_id", failed.track.id.str()},
                                    {"title", failed.track.title},
                                    {"author", failed.track.artist},
                                    {"path", failed.track.path},
                                    {"code", to_string(failed.failure.code)},
                                    {"reason", failed.failure.reason},
                                    {"attempts", failed.attempts},
                                    {"last_attempt", format_utc(failed.last_attempt)}});
    }
    return json;
}

ordered_json log_json(const std::vector<TaskLogLine>& lines) {
    ordered_json json;
    json["lines"] = ordered_json::array();
    for (const TaskLogLine& line : lines) {
        json["lines"].push_back({{"n", line.number}, {"time", format_utc(line.time)}, {"text", line.text}});
    }
    return json;
}

} // namespace audiomuse::http
