#include <app/library_service.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include <app/analysis_progress.hpp>
#include <app/clustering_features.hpp>
#include <app/clustering_params.hpp>
#include <playlists/clustering.hpp>

namespace audiomuse::app {

namespace {

constexpr std::uint64_t k_log_lines_shown = 200;
constexpr std::int64_t k_moods_max = static_cast<std::int64_t>(k_mood_count);

std::int64_t running_time(const Task& task) {
    if (!task.started) {
        return 0;
    }
    const auto span = task.ended.value_or(utc_now()) - *task.started;
    return std::max<std::int64_t>(0, std::chrono::floor<std::chrono::seconds>(span).count());
}

} // namespace

LibraryService::LibraryService(Settings settings, tasks::TaskQueue& queue, TaskStore& tasks, TrackStore& tracks,
                               PlaylistStore& playlists)
    : m_settings(std::move(settings)), m_queue(queue), m_tasks(tasks), m_tracks(tracks), m_playlists(playlists) {}

Result<ConfigView> LibraryService::config() {
    auto counts = m_tracks.counts();
    if (!counts) {
        return fail(std::move(counts));
    }
    auto eps = eps_range(counts->analysed);
    if (!eps) {
        return fail(std::move(eps));
    }
    const playlists::ClusteringSettings& clustering = m_settings.clustering;
    const auto clustered = in_scope(counts->analysed);
    if (!clustered) {
        return tl::unexpected(clustered.error());
    }
    const playlists::ClusteringRanges ranges = playlists::resolve_counts(clustering, *clustered);
    ConfigView view;
    view.version = m_settings.version;
    view.media_server = m_settings.server.media_server;
    view.jellyfin_url = m_settings.server.jellyfin_url;
    view.jellyfin_user_id = m_settings.server.jellyfin_user_id;
    view.jellyfin_token_is_set = m_settings.server.jellyfin_token_is_set;
    view.num_recent_albums = static_cast<std::int64_t>(m_settings.analysis.num_recent_albums);
    view.top_n_moods = static_cast<std::int64_t>(m_settings.analysis.top_n_moods);
    view.max_distance = clustering.max_distance;
    view.max_songs_per_cluster = clustering.max_songs_per_cluster;
    view.max_songs_per_artist = clustering.max_songs_per_artist;
    view.cluster_algorithm = playlists::to_string(clustering.cluster_algorithm);
    view.num_clusters_min = ranges.num_clusters.min;
    view.num_clusters_max = ranges.num_clusters.max;
    view.gmm_n_components_min = ranges.gmm_n_components.min;
    view.gmm_n_components_max = ranges.gmm_n_components.max;
    view.dbscan_eps_min = eps->min;
    view.dbscan_eps_max = eps->max;
    view.dbscan_min_samples_min = ranges.dbscan_min_samples.min;
    view.dbscan_min_samples_max = ranges.dbscan_min_samples.max;
    view.pca_components_min = ranges.pca_components.min;
    view.pca_components_max = ranges.pca_components.max;
    view.clustering_runs = clustering.clustering_runs;
    view.clustering_features = playlists::to_string(clustering.features);
    view.max_track_minutes = static_cast<std::int64_t>(clustering.max_track_minutes);
    view.model_available = m_settings.model_available;
    view.analysed_tracks = counts->analysed;
    return view;
}

Result<Task> LibraryService::start_analysis(const AnalysisRequest& request) {
    auto server = named_server(request, m_settings.server);
    if (!server) {
        return fail(std::move(server));
    }
    AnalysisParams params = m_settings.analysis;
    params.server = std::move(*server);
    if (request.num_recent_albums) {
        if (*request.num_recent_albums < 0) {
            return fail(ErrorCode::invalid_argument, "Field \"num_recent_albums\" must not be negative; 0 means all.",
                        "num_recent_albums");
        }
        params.num_recent_albums = static_cast<std::uint64_t>(*request.num_recent_albums);
    }
    if (request.top_n_moods) {
        if (*request.top_n_moods < 1 || *request.top_n_moods > k_moods_max) {
            return fail(ErrorCode::invalid_argument, fmt::format("Field \"top_n_moods\" must be from 1 to {}.", k_moods_max),
                        "top_n_moods");
        }
        params.top_n_moods = static_cast<std::size_t>(*request.top_n_moods);
    }
    params.retry_failed = request.retry_failed.value_or(params.retry_failed);
    params.accept_removals = request.accept_removals.value_or(params.accept_removals);
    return m_queue.submit(TaskType::main_analysis, to_json(params));
}

Result<Task> LibraryService::start_clustering(const ClusteringRequest& request) {
    auto settings = merge(m_settings.clustering, request);
    if (!settings) {
        return fail(std::move(settings));
    }
    return m_queue.submit(TaskType::main_clustering, to_json(*settings));
}

Result<TaskView> LibraryService::view(Task task) {
    auto lines = m_tasks.log(task.id, 0, k_log_lines_shown);
    if (!lines) {
        return fail(std::move(lines));
    }
    const std::int64_t seconds = running_time(task);
    if (task.state == TaskState::revoked) {
        task.details = without_work_in_hand(task.details);
    }
    return TaskView{std::move(task), std::move(*lines), seconds};
}

Result<std::optional<TaskView>> LibraryService::task(const TaskId& id) {
    auto task = m_tasks.find(id);
    if (!task) {
        return fail(std::move(task));
    }
    if (!*task) {
        return std::nullopt;
    }
    auto shown = view(std::move(**task));
    if (!shown) {
        return fail(std::move(shown));
    }
    return std::optional(std::move(*shown));
}

Result<std::optional<TaskView>> LibraryService::first_of(TaskFilter filter) {
    auto tasks = m_tasks.list_main(filter, 1);
    if (!tasks) {
        return fail(std::move(tasks));
    }
    if (tasks->empty()) {
        return std::nullopt;
    }
    auto shown = view(std::move(tasks->front()));
    if (!shown) {
        return fail(std::move(shown));
    }
    return std::optional(std::move(*shown));
}

Result<std::optional<TaskView>> LibraryService::last_task() { return first_of(TaskFilter::all); }

Result<std::optional<TaskView>> LibraryService::active_task() {
    auto running = first_of(TaskFilter::running);
    return !running || *running ? std::move(running) : first_of(TaskFilter::waiting);
}

Result<std::vector<TaskLogLine>> LibraryService::log(const TaskId& id, std::int64_t after) { return m_tasks.log(id, after, 0); }

Result<CancelOutcome> LibraryService::cancel(const TaskId& id) {
    auto cancelled = m_queue.cancel(id);
    if (!cancelled) {
        return fail(std::move(cancelled));
    }
    return CancelOutcome{id, cancelled->rows};
}

Result<CancelAllOutcome> LibraryService::cancel_all(std::string_view type_prefix) {
    auto cancelled = m_queue.cancel_all(type_prefix);
    if (!cancelled) {
        return fail(std::move(cancelled));
    }
    if (cancelled->main_tasks.empty()) {
        return fail(ErrorCode::not_found, fmt::format("No active tasks of type '{}' found to cancel.", type_prefix));
    }
    return CancelAllOutcome{std::move(cancelled->main_tasks), cancelled->rows};
}

Result<std::vector<Playlist>> LibraryService::playlists() { return m_playlists.current(); }

Result<FailurePage> LibraryService::failures(std::uint64_t offset, std::uint64_t limit) {
    auto counts = m_tracks.counts();
    if (!counts) {
        return fail(std::move(counts));
    }
    auto failures = m_tracks.failures(offset, limit);
    if (!failures) {
        return fail(std::move(failures));
    }
    return FailurePage{counts->failed, std::move(*failures)};
}

Result<playlists::RealRange> LibraryService::eps_range(std::uint64_t analysed_tracks) {
    const std::lock_guard lock(m_eps_mutex);
    if (m_eps && m_eps_of == analysed_tracks) {
        return *m_eps;
    }
    auto features = load_features(m_tracks, m_settings.scope, m_settings.clustering.features, playlists::k_range_sample, {});
    if (!features) {
        return fail(std::move(features));
    }
    auto ranges = playlists::resolve_ranges(features->tracks, m_settings.clustering, {});
    if (!ranges) {
        return fail(std::move(ranges));
    }
    m_eps = ranges->dbscan_eps;
    m_eps_of = analysed_tracks;
    return *m_eps;
}

Result<std::uint64_t> LibraryService::in_scope(std::uint64_t analysed_tracks) {
    if (m_settings.scope.is_everything()) {
        return analysed_tracks;
    }
    const std::lock_guard lock(m_eps_mutex);
    if (m_scope_of == analysed_tracks) {
        return m_in_scope;
    }
    auto features = load_features(m_tracks, m_settings.scope, playlists::FeatureKind::moods, 0, {});
    if (!features) {
        return fail(std::move(features));
    }
    m_in_scope = features->tracks.size();
    m_scope_of = analysed_tracks;
    return m_in_scope;
}

} // namespace audiomuse::app
