#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <mutex>

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <base/log.hpp>
#include <http/api.hpp>
#include <http/front.hpp>
#include <http/server.hpp>

#include "access.hpp"
#include "commands.hpp"
#include "engine.hpp"
#include "stop_signal.hpp"
#include "version.hpp"

namespace audiomuse::apps {

namespace {

constexpr std::uint64_t k_main_tasks_kept = 50;
constexpr auto k_children_kept = std::chrono::hours(24 * 7);

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

/// A server without a free descriptor accepts nothing more.
void allow_many_connections() {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = std::max<rlim_t>(files.rlim_cur, std::min<rlim_t>(files.rlim_max, 65'536));
        (void)::setrlimit(RLIMIT_NOFILE, &files);
    }
}

void wait_for(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any condition;
    std::unique_lock lock(mutex);
    condition.wait(lock, stop, [] { return false; });
}

std::string in_url(const std::string& address) { return address.find(':') == std::string::npos ? address : '[' + address + ']'; }

/// What people on other machines can use: a machine listens on 0.0.0.0, but goes by its name.
std::string name_for_people(const std::string& address) {
    if (address != "0.0.0.0" && address != "::") {
        return in_url(address);
    }
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    return name;
}

/// For the person who starts the server; not through the log. What a service manager keeps of the output holds the token once.
void tell_login(const Access& access, const std::string& url) {
    if (access.token_is_new || ::isatty(STDOUT_FILENO) == 1) {
        fmt::print("Log in at {}{}\nThe token is also in {}.\n", url, access.link_fragment, access.token_file.string());
    } else {
        fmt::print("Log in at {} with the token in {}.\n", url, access.token_file.string());
    }
    std::fflush(stdout);
}

void tell_address(const settings::Settings& settings, const Access& access, const std::string& address, std::uint16_t port) {
    log::info("Listening on http://{}:{}{}", in_url(address), port, access.front.base_path);
    if (!access.front.gate.token && !is_loopback(address)) {
        log::warn("Everybody who reaches this server can use it: insecure_no_auth is set.");
    }
    if (!access.link_fragment.empty()) {
        tell_login(access, fmt::format("http://{}:{}{}/", name_for_people(address), port, access.front.base_path));
    }
}

} // namespace

ExitCode serve(const settings::LoadedSettings& loaded) {
    const StopSignal stop_signal;
    allow_many_connections();
    const settings::Settings& settings = loaded.settings;
    http::Server::Settings listen;
    listen.address = settings.listen.host == "localhost" ? "127.0.0.1" : settings.listen.host;
    listen.port = settings.listen.port;
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
    auto access = open_access(settings);
    if (!access) {
        log::error("{}", access.error().message);
        return access.error().code == ErrorCode::invalid_argument ? ExitCode::usage : ExitCode::some_failed;
    }
    const http::Front front(access->front, http::make_api((*engine)->service));
    auto server = http::Server::start(listen, [&front](http::Request request) { return front.answer(std::move(request)); });
    if (!server) {
        log::error("{}", server.error().message);
        return ExitCode::some_failed;
    }
    (*engine)->runner.start();
    log::info("audiomuse {}: {} analysis processes, music from {}, data {}, playlists to {}", k_version, worker_count(settings),
              describe_media(settings), settings.data.string(), (*engine)->media.sink->name());
    tell_address(settings, *access, listen.address, (*server)->port());

    wait_for(stop_signal.token());
    log::info("Stopping; what is finished stays, what is in hand goes on at the next start.");
    (*engine)->runner.stop();
    (*server)->stop();
    return ExitCode::success;
}

} // namespace audiomuse::apps
