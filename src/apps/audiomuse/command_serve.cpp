#include <condition_variable>
#include <mutex>

#include <base/log.hpp>
#include <http/api.hpp>
#include <http/server.hpp>

#include "commands.hpp"
#include "engine.hpp"
#include "stop_signal.hpp"
#include "version.hpp"

namespace audiomuse::apps {

namespace {

constexpr std::uint64_t k_main_tasks_kept = 50;
constexpr auto k_children_kept = std::chrono::hours(24 * 7);

bool is_loopback(const std::string& address) { return address.starts_with("127.") || address == "::1"; }

/// What a server that died had in hand waits again; what is old goes.
Result<void> tidy_tasks(TaskStore& tasks) {
    auto waiting = tasks.recover(utc_now());
    if (!waiting) {
        return fail(std::move(waiting));
    }
    for (const TaskId& id : *waiting) {
        log::warn("Task {} was in hand when the program ended; it goes on where it stopped.", id.str());
    }
    return tasks.prune(k_main_tasks_kept, utc_now() - k_children_kept);
}

void wait_for(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any condition;
    std::unique_lock lock(mutex);
    condition.wait(lock, stop, [] { return false; });
}

} // namespace

ExitCode serve(const settings::LoadedSettings& loaded) {
    const StopSignal stop_signal;
    const settings::Settings& settings = loaded.settings;
    if (!settings.api_token.empty()) {
        log::error(
            "Authentication is not in this version yet, so api_token would protect nothing. Remove it; this version listens "
            "on loopback addresses only.");
        return ExitCode::usage;
    }
    http::Server::Settings listen;
    listen.address = settings.listen.host == "localhost" ? "127.0.0.1" : settings.listen.host;
    listen.port = settings.listen.port;
    if (!is_loopback(listen.address)) {
        log::error("This version has no authentication yet, so it listens on loopback addresses only; {} is none. Use 127.0.0.1 "
                   "and a reverse proxy.",
                   listen.address);
        return ExitCode::usage;
    }

    auto engine = Engine::create(settings, {});
    if (!engine) {
        log::error("{}", engine.error().message);
        return engine.error().code == ErrorCode::invalid_argument ? ExitCode::usage : ExitCode::some_failed;
    }
    if (const auto confinement = (*engine)->analyser->check_confinement(); !confinement) {
        log::error("No analysis process can be started: {}", confinement.error().message);
    } else if (!confinement->complete()) {
        log::warn("Analysis processes are confined in part only: {}", confinement->summary());
    } else {
        log::info("Analysis processes are confined: {}", confinement->summary());
    }
    if (auto tidied = tidy_tasks((*engine)->stores->tasks); !tidied) {
        log::error("{}", tidied.error().message);
        return ExitCode::some_failed;
    }
    const http::Router router = http::make_api((*engine)->service);
    auto server = http::Server::start(listen, router);
    if (!server) {
        log::error("{}", server.error().message);
        return ExitCode::some_failed;
    }
    (*engine)->runner.start();
    const bool is_v6 = listen.address.find(':') != std::string::npos;
    log::info("audiomuse {}: {} analysis processes, music from {}, data {}, playlists to {}", k_version, worker_count(settings),
              describe_media(settings), settings.data.string(), (*engine)->media.sink->name());
    log::info("Listening on http://{}:{}", is_v6 ? "[" + listen.address + "]" : listen.address, (*server)->port());

    wait_for(stop_signal.token());
    log::info("Stopping; what is finished stays, what is in hand goes on at the next start.");
    (*engine)->runner.stop();
    (*server)->stop();
    return ExitCode::success;
}

} // namespace audiomuse::apps
