#include <optional>

#include <fmt/format.h>

#include <base/log.hpp>

#include "commands.hpp"
#include "engine.hpp"
#include "folders.hpp"
#include "progress_bar.hpp"
#include "standard_output.hpp"
#include "stop_signal.hpp"

namespace audiomuse::apps {

namespace {

constexpr std::uint64_t k_failures_shown = 20;

/// Runs one task of the queue to its end in this thread and returns it as it ended.
Result<Task> run_to_end(Engine& engine, Result<Task> queued, const tasks::TaskHandler& handler) {
    if (!queued) {
        return queued;
    }
    auto claimed = engine.stores->tasks.claim(queued->type, OwnerId("run"), utc_now());
    if (!claimed) {
        return fail(std::move(claimed));
    }
    if (!*claimed) {
        return fail(ErrorCode::internal, "The task that was just queued is not in the queue.");
    }
    const TaskId id = (*claimed)->id;
    engine.runner.run(std::move(**claimed), handler);
    auto ended = engine.stores->tasks.find(id);
    if (!ended) {
        return fail(std::move(ended));
    }
    return std::move(ended->value());
}

void print_failures(StandardOutput& output, Engine& engine, std::uint64_t total) {
    auto failures = engine.stores->tracks.failures(0, k_failures_shown);
    if (!failures || total == 0) {
        return;
    }
    output.print("{} tracks could not be analysed:\n", total);
    for (const FailedTrack& failed : *failures) {
        output.print("  {}: {} ({})\n", failed.track.path, failed.failure.reason, to_string(failed.failure.code));
    }
    if (total > failures->size()) {
        output.print("  and {} more\n", total - failures->size());
    }
}

void print_playlists(StandardOutput& output, Engine& engine, const settings::Settings& settings) {
    const auto playlists = engine.stores->playlists.current();
    if (!playlists || playlists->empty()) {
        return;
    }
    output.print("{} playlists in {}:\n", playlists->size(), settings.playlists_dir.string());
    for (const Playlist& playlist : *playlists) {
        output.print("  {} ({} songs)\n", playlist.name, playlist.songs.size());
    }
}

/// Tasks of a server that used this data folder before would be claimed in place of ours.
Result<void> clear_queue(Engine& engine) {
    auto recovered = engine.stores->tasks.recover(utc_now());
    if (!recovered) {
        return fail(std::move(recovered));
    }
    auto cancelled = engine.queue.cancel_all("main_");
    if (!cancelled) {
        return fail(std::move(cancelled));
    }
    return {};
}

} // namespace

ExitCode run(const settings::LoadedSettings& loaded) {
    if (loaded.settings.media_server != settings::MediaServer::local) {
        log::error("run works on a folder, but media_server is {}. Use serve, or set media_server to local.",
                   settings::to_string(loaded.settings.media_server));
        return ExitCode::usage;
    }
    const StopSignal stop_signal;
    StandardOutput output;
    ProgressBar bar;
    Engine::Listeners listeners;
    listeners.analysis = [&](const app::AnalysisProgress& progress) {
        const auto snapshot = progress.snapshot();
        bar.show("Analysing", snapshot.tracks_completed, snapshot.total_tracks, snapshot.eta);
    };
    listeners.clustering = [&](int done, int total) {
        bar.show("Clustering", static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(total), std::nullopt);
    };
    auto created = Engine::create(loaded.settings, std::move(listeners));
    if (!created) {
        log::error("{}", created.error().message);
        return created.error().code == ErrorCode::invalid_argument ? ExitCode::usage : ExitCode::some_failed;
    }
    Engine& engine = **created;
    if (auto writable = make_writable(loaded.settings.playlists_dir); !writable) {
        log::error("The playlists cannot be written, so nothing was begun: {}", writable.error().message);
        return ExitCode::usage;
    }
    if (auto cleared = clear_queue(engine); !cleared) {
        log::error("{}", cleared.error().message);
        return ExitCode::some_failed;
    }
    const std::stop_callback forward(stop_signal.token(), [&] { engine.queue.stops().request_stop_all(); });

    const auto analysis = run_to_end(engine, engine.service.start_analysis({}),
                                     [&](tasks::TaskContext& context) { return engine.analyse(context); });
    bar.clear();
    if (stop_signal.token().stop_requested()) {
        log::warn("Stopped. What was analysed is stored; the next run goes on from there.");
        return ExitCode::interrupted;
    }
    if (!analysis || analysis->state != TaskState::success) {
        output.print("{}\n", analysis ? analysis->status_message : analysis.error().message);
        return output.finish(ExitCode::some_failed);
    }
    output.print("{}\n", analysis->status_message);
    const auto counts = engine.stores->tracks.counts();
    const std::uint64_t failed = counts ? counts->failed : 0;
    print_failures(output, engine, failed);
    output.flush();

    const auto clustering = run_to_end(engine, engine.service.start_clustering({}),
                                       [&](tasks::TaskContext& context) { return engine.cluster(context); });
    bar.clear();
    if (stop_signal.token().stop_requested()) {
        log::warn("Stopped. The playlists of the last run stay.");
        return ExitCode::interrupted;
    }
    output.print("{}\n", clustering ? clustering->status_message : clustering.error().message);
    print_playlists(output, engine, loaded.settings);
    const bool all_well = clustering && clustering->state == TaskState::success && failed == 0;
    return output.finish(all_well ? ExitCode::success : ExitCode::some_failed);
}

} // namespace audiomuse::apps
