#include <app/cluster_library.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <stop_token>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <app/clustering_features.hpp>
#include <app/clustering_params.hpp>
#include <app/publish_playlists.hpp>
#include <app/search_record.hpp>
#include <base/log.hpp>

namespace audiomuse::app {

namespace {

using nlohmann::ordered_json;

ordered_json to_json(const playlists::BestParameters& best) {
    ordered_json params = ordered_json::object();
    switch (best.method) {
    case playlists::ClusterAlgorithm::kmeans: params["n_clusters"] = best.n_clusters; break;
    case playlists::ClusterAlgorithm::gmm: params["n_components"] = best.n_components; break;
    case playlists::ClusterAlgorithm::dbscan:
        params["eps"] = best.eps;
        params["min_samples"] = best.min_samples;
        break;
    }
    return {{"clustering_method_config", {{"method", playlists::to_string(best.method)}, {"params", params}}},
            {"pca_config", {{"enabled", best.pca_components > 0}, {"components", best.pca_components}}},
            {"max_songs_per_cluster", best.max_songs_per_cluster},
            {"run_id", best.run_id},
            {"seed", best.seed}};
}

/// What readers see of the search, and its children: one batch is in hand at a time.
class SearchProgressReporter {
  public:
    SearchProgressReporter(tasks::TaskContext& context, int total_runs, SearchRecord record,
                           const ClusterLibrary::ProgressListener& listener)
        : m_context(context), m_listener(listener), m_record(std::move(record)), m_total(total_runs),
          m_completed(static_cast<int>(m_record.scores.size())) {
        begin_batch();
    }
    ~SearchProgressReporter() { end_batch(m_context.stop().stop_requested() ? TaskState::revoked : TaskState::success, "{}"); }
    SearchProgressReporter(const SearchProgressReporter&) = delete;
    SearchProgressReporter& operator=(const SearchProgressReporter&) = delete;

    void on_run(const cluster::SearchProgress& progress) {
        m_completed = progress.runs_completed;
        m_best = progress.best_score;
        const auto now = std::chrono::steady_clock::now();
        if (now - m_last_report < std::chrono::milliseconds(200)) {
            return;
        }
        m_last_report = now;
        m_context.report(m_completed * 100 / m_total, fmt::format("Clustering runs: {}/{} completed.", m_completed, m_total),
                         details().dump());
        if (m_listener) {
            m_listener(m_completed, m_total);
        }
    }
    void on_batch(const cluster::FinishedBatch& batch) {
        m_best = batch.best_score;
        const int completed = batch.first_run + static_cast<int>(batch.scores.size());
        if (completed <= static_cast<int>(m_record.scores.size())) {
            return; // known from the broken-off attempt
        }
        m_completed = completed;
        m_context.log(fmt::format("Batch {}: {} of {} runs done. Best diversity score: {:.2f}.", batch.index + 1, m_completed,
                                  m_total, *m_best));
        end_batch(TaskState::success, batch_details(m_record, batch.first_run, batch.scores));
        if (m_completed < m_total) {
            begin_batch();
        }
    }
    /// The batch in hand was cancelled alone.
    [[nodiscard]] bool batch_is_cancelled() const { return m_batch_stop.stop_requested(); }

    [[nodiscard]] ordered_json details() const {
        return {
            {"runs_completed", m_completed}, {"total_runs", m_total}, {"best_score", m_best ? ordered_json(*m_best) : nullptr}};
    }

  private:
    void begin_batch() {
        auto child = m_context.add_child(TaskType::clustering_batch, std::to_string(m_completed), "Clustering batch is waiting.");
        if (child) {
            m_child = std::move(*child);
            m_batch_stop = m_context.begin_child(*m_child, fmt::format("Clustering batch from run {} is running.", m_completed));
        } else {
            log::warn("A batch could not be recorded: {}", child.error().message);
        }
    }
    void end_batch(TaskState state, std::string details) {
        if (m_child) {
            m_context.end_child(*m_child,
                                {state, fmt::format("Clustering batch ended after run {}.", m_completed), std::move(details)});
            m_child.reset();
            m_batch_stop = {};
        }
    }

    tasks::TaskContext& m_context;
    const ClusterLibrary::ProgressListener& m_listener;
    const SearchRecord m_record;
    int m_total;
    int m_completed;
    std::optional<double> m_best;
    std::optional<TaskId> m_child;
    std::stop_token m_batch_stop; ///< changes between batches only, when no run is evaluated
    std::chrono::steady_clock::time_point m_last_report{};
};

/// The state of this task's search: what a broken-off attempt at it left, or a fresh one.
SearchRecord begin_or_resume(tasks::TaskContext& context, const playlists::ClusteringSettings& settings,
                             std::span<const playlists::TrackFeatures> tracks) {
    const std::string library = fingerprint(tracks);
    if (const auto children = context.children()) {
        if (auto record = read_record(*children, library); record && record->seed == settings.seed.value_or(record->seed)) {
            context.log(
                fmt::format("The search goes on after {} runs of the attempt that was broken off.", record->scores.size()));
            return std::move(*record);
        }
    }
    return {settings.seed ? *settings.seed : playlists::random_seed(), library, {}};
}

tasks::TaskOutcome ended(const tasks::TaskContext& context, const Error& error, const ordered_json& details) {
    const bool cancelled = error.code == ErrorCode::cancelled || context.stop().stop_requested();
    return {cancelled ? TaskState::revoked : TaskState::failure, error.message, details.dump()};
}

} // namespace

ClusterLibrary::ClusterLibrary(TrackStore& tracks, PlaylistStore& playlists, PlaylistSink& sink, unsigned threads,
                               ProgressListener listener, TrackScope scope)
    : m_tracks(tracks), m_playlists(playlists), m_sink(sink), m_threads(threads), m_listener(std::move(listener)),
      m_scope(std::move(scope)) {}

tasks::TaskOutcome ClusterLibrary::operator()(tasks::TaskContext& context) {
    context.log("Main clustering task started.");
    auto settings = parse_clustering_settings(context.params());
    if (!settings) {
        return ended(context, settings.error(), ordered_json::object());
    }
    const auto loaded = load_features(m_tracks, m_scope, settings->features, 0, context.stop());
    if (!loaded) {
        return ended(context, loaded.error(), ordered_json::object());
    }
    const std::vector<playlists::TrackFeatures>& tracks = loaded->tracks;
    context.log(fmt::format("Found {} analysed tracks to cluster.", tracks.size()));
    if (loaded->excluded > 0) {
        context.log(fmt::format("The settings exclude {} more.", loaded->excluded));
    }
    if (tracks.empty() && loaded->excluded > 0) {
        return {TaskState::failure,
                fmt::format("The settings exclude all {} analysed tracks; the playlists of the last run stay.", loaded->excluded),
                "{}"};
    }

    const SearchRecord record = begin_or_resume(context, *settings, tracks);
    settings->seed = record.seed;

    ordered_json details;
    std::optional<Result<playlists::ClusteringOutcome>> outcome;
    {
        SearchProgressReporter reporter(context, settings->clustering_runs, record, m_listener);
        playlists::ClusteringContext surroundings;
        surroundings.threads = m_threads;
        surroundings.known_scores = record.scores;
        surroundings.callbacks.skip_batch = [&] { return reporter.batch_is_cancelled(); };
        surroundings.callbacks.on_run = [&](const cluster::SearchProgress& progress) { reporter.on_run(progress); };
        surroundings.callbacks.on_batch = [&](const cluster::FinishedBatch& batch) { reporter.on_batch(batch); };
        outcome = playlists::make_playlists(tracks, *settings, surroundings, context.stop());
        details = reporter.details();
    }
    if (!*outcome) {
        return ended(context, outcome->error(), details);
    }
    const playlists::ClusteringOutcome& best = **outcome;
    details["runs_completed"] = best.runs_completed;
    details["tracks_considered"] = best.tracks_considered;
    details["tracks_placed"] = best.tracks_placed;
    if (best.playlists.empty()) {
        return {TaskState::failure,
                fmt::format("No playlist came out of {} analysed tracks in {} runs; the playlists of the last run stay. Try "
                            "other settings or more music.",
                            tracks.size(), best.runs_completed),
                details.dump()};
    }
    if (context.stop().stop_requested()) {
        return {TaskState::revoked, "Task was cancelled.", details.dump()};
    }
    auto notes = publish_playlists(best.playlists, tracks, m_playlists, m_sink, context.stop());
    if (!notes) {
        if (context.stop().stop_requested()) {
            return {TaskState::revoked, "Task was cancelled.", details.dump()};
        }
        return {TaskState::failure, fmt::format("The playlists could not be published: {}", notes.error().message),
                details.dump()};
    }
    for (const std::string& note : *notes) {
        context.log(note);
    }
    details["best_score"] = best.best_score;
    details["best_params"] = to_json(best.best_params);
    details["num_playlists_created"] = best.playlists.size();
    return {TaskState::success,
            fmt::format("Playlists generated and updated on {}! Best diversity score: {:.2f}.", m_sink.name(), best.best_score),
            details.dump()};
}

} // namespace audiomuse::app
