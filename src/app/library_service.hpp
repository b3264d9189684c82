#pragma once

#include <mutex>
#include <string>

#include <app/analyse_library.hpp>
#include <app/named_server.hpp>
#include <app/service.hpp>
#include <domain/playlist_store.hpp>
#include <domain/task_store.hpp>
#include <domain/track_scope.hpp>
#include <domain/track_store.hpp>
#include <playlists/settings.hpp>
#include <tasks/task_queue.hpp>

namespace audiomuse::app {

/// The use cases over the stores and the task queue.
class LibraryService final : public Service {
  public:
    struct Settings {
        std::string version;
        ConfiguredServer server;
        AnalysisParams analysis; ///< defaults of a start
        playlists::ClusteringSettings clustering;
        TrackScope scope{}; ///< what is clustered
        bool model_available = false;
    };

    /// All references must outlive this object.
    LibraryService(Settings settings, tasks::TaskQueue& queue, TaskStore& tasks, TrackStore& tracks, PlaylistStore& playlists);

    [[nodiscard]] Result<ConfigView> config() override;
    [[nodiscard]] Result<Task> start_analysis(const AnalysisRequest& request) override;
    [[nodiscard]] Result<Task> start_clustering(const ClusteringRequest& request) override;
    [[nodiscard]] Result<std::optional<TaskView>> task(const TaskId& id) override;
    [[nodiscard]] Result<std::optional<TaskView>> last_task() override;
    [[nodiscard]] Result<std::optional<TaskView>> active_task() override;
    [[nodiscard]] Result<std::vector<TaskLogLine>> log(const TaskId& id, std::int64_t after) override;
    [[nodiscard]] Result<CancelOutcome> cancel(const TaskId& id) override;
    [[nodiscard]] Result<CancelAllOutcome> cancel_all(std::string_view type_prefix) override;
    [[nodiscard]] Result<std::vector<Playlist>> playlists() override;
    [[nodiscard]] Result<FailurePage> failures(std::uint64_t offset, std::uint64_t limit) override;

  private:
    [[nodiscard]] Result<TaskView> view(Task task);
    [[nodiscard]] Result<std::optional<TaskView>> first_of(TaskFilter filter);
    /// The range of eps that a start would use now, by a sample of the library: the first tracks by their ids, which are hashes.
    /// Computed anew when their number changed.
    [[nodiscard]] Result<playlists::RealRange> eps_range(std::uint64_t analysed_tracks);
    /// How many of so many analysed tracks are in scope. Counted anew when their number changed.
    [[nodiscard]] Result<std::uint64_t> in_scope(std::uint64_t analysed_tracks);

    const Settings m_settings;
    tasks::TaskQueue& m_queue;
    TaskStore& m_tasks;
    TrackStore& m_tracks;
    PlaylistStore& m_playlists;
    std::mutex m_eps_mutex;
    std::uint64_t m_eps_of = 0; ///< analysed tracks when the range was computed
    std::optional<playlists::RealRange> m_eps;
    std::uint64_t m_scope_of = 0; ///< analysed tracks when those in scope were counted
    std::uint64_t m_in_scope = 0;
};

} // namespace audiomuse::app
