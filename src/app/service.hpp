#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <app/requests.hpp>
#include <base/result.hpp>
#include <domain/playlist.hpp>
#include <domain/task.hpp>
#include <domain/track_store.hpp>

namespace audiomuse::app {

/// What GET /api/config shows. Automatic ranges are those that a start would use now.
struct ConfigView {
    std::string version;
    std::string media_server; ///< "local", "jellyfin" or "subsonic"
    std::string jellyfin_url;
    std::string jellyfin_user_id;
    bool jellyfin_token_is_set = false; ///< the token itself never leaves the configuration
    std::int64_t num_recent_albums = 0;
    double max_distance = 0.5;
    std::int64_t max_songs_per_cluster = 40;
    std::int64_t max_songs_per_artist = 3;
    std::string cluster_algorithm = "kmeans";
    std::int64_t num_clusters_min = 0;
    std::int64_t num_clusters_max = 0;
    double dbscan_eps_min = 0;
    double dbscan_eps_max = 0;
    std::int64_t dbscan_min_samples_min = 0;
    std::int64_t dbscan_min_samples_max = 0;
    std::int64_t gmm_n_components_min = 0;
    std::int64_t gmm_n_components_max = 0;
    std::int64_t pca_components_min = 0;
    std::int64_t pca_components_max = 5;
    std::int64_t clustering_runs = 1000;
    std::int64_t top_n_moods = 5;
    std::string clustering_features = "moods";
    std::int64_t max_track_minutes = 30;
    bool model_available = false; ///< false: moods, tags and embedding are unavailable
    std::uint64_t analysed_tracks = 0;
};

/// A task with what readers see of its log.
struct TaskView {
    Task task;
    std::vector<TaskLogLine> log; ///< the newest 200 lines, oldest first
    std::int64_t running_time_seconds = 0;
};

struct CancelOutcome {
    TaskId task;
    int cancelled_jobs = 0; ///< the task and its children that had not ended
};

struct CancelAllOutcome {
    std::vector<TaskId> main_tasks;
    int cancelled_jobs = 0;
};

struct FailurePage {
    std::uint64_t total = 0;
    std::vector<FailedTrack> failures;
};

/// The use cases behind the API, one method each, free of any protocol. Safe to call from several threads; no call waits for a
/// task. Error codes: invalid_argument (with field), not_found, conflict, unavailable, io, internal.
class Service {
  public:
    Service() = default;
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;
    virtual ~Service() = default;

    [[nodiscard]] virtual Result<ConfigView> config() = 0;

    /// Queues the task, or returns the waiting one that equals it in type and parameters.
    [[nodiscard]] virtual Result<Task> start_analysis(const AnalysisRequest& request) = 0;
    [[nodiscard]] virtual Result<Task> start_clustering(const ClusteringRequest& request) = 0;

    /// Any task, main or child; nothing when the id is unknown.
    [[nodiscard]] virtual Result<std::optional<TaskView>> task(const TaskId& id) = 0;
    /// The newest main task, whatever its state.
    [[nodiscard]] virtual Result<std::optional<TaskView>> last_task() = 0;
    /// The newest running main task; a waiting one only when none runs.
    [[nodiscard]] virtual Result<std::optional<TaskView>> active_task() = 0;
    [[nodiscard]] virtual Result<std::vector<TaskLogLine>> log(const TaskId& id, std::int64_t after) = 0;

    /// Errors: not_found for an unknown id, conflict when it has ended.
    [[nodiscard]] virtual Result<CancelOutcome> cancel(const TaskId& id) = 0;
    /// All active main tasks whose type begins with the prefix. Error not_found when there is none.
    [[nodiscard]] virtual Result<CancelAllOutcome> cancel_all(std::string_view type_prefix) = 0;

    [[nodiscard]] virtual Result<std::vector<Playlist>> playlists() = 0;
    [[nodiscard]] virtual Result<FailurePage> failures(std::uint64_t offset, std::uint64_t limit) = 0;
};

} // namespace audiomuse::app
