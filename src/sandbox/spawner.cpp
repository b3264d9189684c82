#include <sandbox/spawner.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sandbox/detail/child_layout.hpp>
#include <sandbox/sanitized.hpp>

namespace audiomuse::sandbox {

namespace {

constexpr std::array<std::string_view, 8> k_inherited{"LANG",          "LC_ALL",       "LC_CTYPE",     "LD_LIBRARY_PATH",
                                                      "AUDIOMUSE_ISA", "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"};
constexpr auto k_reap_interval = std::chrono::milliseconds(500);
constexpr auto k_farewell = std::chrono::seconds(5); ///< how long the end waits for killed children

std::vector<std::string> child_environment() {
    std::vector<std::string> environment;
    for (const std::string_view name : k_inherited) {
        if (const char* value = std::getenv(std::string(name).c_str()); value != nullptr) {
            environment.push_back(fmt::format("{}={}", name, value));
        }
    }
    if constexpr (k_sanitized_build) { // the leak check at exit needs a thread with ptrace, which the confinement forbids
        const char* options = std::getenv("ASAN_OPTIONS");
        std::erase_if(environment, [](const std::string& entry) { return entry.starts_with("ASAN_OPTIONS="); });
        environment.push_back(fmt::format("ASAN_OPTIONS={}:detect_leaks=0", options == nullptr ? "" : options));
    }
    return environment;
}

class FileActions {
  public:
    FileActions() { check(::posix_spawn_file_actions_init(&m_actions)); }
    ~FileActions() { ::posix_spawn_file_actions_destroy(&m_actions); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;

    void open(int fd, const char* path, int flags) { check(::posix_spawn_file_actions_addopen(&m_actions, fd, path, flags, 0)); }
    void duplicate(int fd, int target) { check(::posix_spawn_file_actions_adddup2(&m_actions, fd, target)); }
    void close_from(int fd) { check(::posix_spawn_file_actions_addclosefrom_np(&m_actions, fd)); }
    [[nodiscard]] const posix_spawn_file_actions_t* get() const noexcept { return &m_actions; }

  private:
    static void check(int error) {
        if (error != 0) {
            throw std::system_error(error, std::generic_category(), "posix_spawn_file_actions");
        }
    }
    posix_spawn_file_actions_t m_actions{};
};

/// Own process group, no signal blocked, every signal at its default.
class Attributes {
  public:
    Attributes() {
        sigset_t none{};
        sigset_t all{};
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_init(&m_attributes);
        ::posix_spawnattr_setsigmask(&m_attributes, &none);
        ::posix_spawnattr_setsigdefault(&m_attributes, &all);
        ::posix_spawnattr_setpgroup(&m_attributes, 0);
        ::posix_spawnattr_setflags(&m_attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    ~Attributes() { ::posix_spawnattr_destroy(&m_attributes); }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    [[nodiscard]] const posix_spawnattr_t* get() const noexcept { return &m_attributes; }

  private:
    posix_spawnattr_t m_attributes{};
};

/// The C form of a list of strings, which must outlive it.
std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    list.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        list.push_back(text.data());
    }
    list.push_back(nullptr);
    return list;
}

tl::unexpected<Error> spawn_failure(int error) {
    return fail(ErrorCode::unavailable, fmt::format("Cannot start a process: {}.", std::generic_category().message(error)));
}

} // namespace

std::span<const std::string_view> inherited_variables() noexcept { return k_inherited; }

Spawner::Spawner(const std::filesystem::path& executable)
    : m_executable(::open(executable.c_str(), O_PATH | O_CLOEXEC)), m_environment(child_environment()) {
    if (!m_executable) {
        throw std::system_error(errno, std::generic_category(), executable.string());
    }
    m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Spawner::~Spawner() {
    m_thread.request_stop();
    m_thread.join();
    // What is dying was killed: it ends as soon as the kernel has taken its memory back.
    const auto deadline = std::chrono::steady_clock::now() + k_farewell;
    for (reap_what_has_ended(); !m_dying.empty() && std::chrono::steady_clock::now() < deadline; reap_what_has_ended()) {
        std::this_thread::sleep_for(k_reap_interval / 10);
    }
}

Result<Child> Spawner::spawn(const SpawnRequest& request) {
    std::packaged_task<Result<Child>()> job([this, &request] { return spawn_here(request); });
    auto result = job.get_future();
    {
        const std::lock_guard lock(m_mutex);
        m_jobs.push_back(std::move(job));
    }
    m_wake.notify_all();
    return result.get();
}

void Spawner::run(const std::stop_token& stop) {
    std::unique_lock lock(m_mutex);
    while (!stop.stop_requested()) {
        const auto has_work = [this] { return !m_jobs.empty(); };
        if (m_dying.empty()) {
            m_wake.wait(lock, stop, [&] { return has_work() || !m_dying.empty(); });
        } else if (!m_wake.wait_for(lock, stop, k_reap_interval, has_work)) {
            lock.unlock();
            reap_what_has_ended();
            lock.lock();
        }
        if (has_work()) {
            auto job = std::move(m_jobs.front());
            m_jobs.pop_front();
            lock.unlock();
            job();
            lock.lock();
        }
    }
}

void Spawner::reap_later(pid_t pid) noexcept {
    {
        const std::lock_guard lock(m_mutex);
        m_dying.push_back(pid);
    }
    m_wake.notify_all();
}

void Spawner::reap_what_has_ended() {
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_dying, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
}

Result<Child> Spawner::spawn_here(const SpawnRequest& request) {
    if (request.arguments.empty() || request.descriptors.size() > detail::k_max_descriptors) {
        return fail(ErrorCode::invalid_argument, "A child needs arguments, and takes at most 16 descriptors.");
    }
    auto sockets = make_socket_pair();
    if (!sockets) {
        return fail(std::move(sockets));
    }
    std::array<int, 2> pipe_ends{-1, -1};
    if (::pipe2(pipe_ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        return spawn_failure(errno);
    }
    UniqueFd stderr_read(pipe_ends[0]);
    const UniqueFd stderr_write(pipe_ends[1]);

    // Every source lies above all targets, so that no copy overwrites a source.
    const int executable_number = detail::k_first_descriptor + static_cast<int>(request.descriptors.size());
    FileActions actions;
    std::vector<UniqueFd> sources;
    const auto hand_over = [&](int fd, int target) {
        sources.emplace_back(::fcntl(fd, F_DUPFD_CLOEXEC, executable_number + 1));
        actions.duplicate(sources.back().get(), target);
        return static_cast<bool>(sources.back());
    };
    actions.open(STDIN_FILENO, "/dev/null", O_RDONLY);
    actions.open(STDOUT_FILENO, "/dev/null", O_WRONLY);
    bool complete = true;
    try {
        complete = hand_over(stderr_write.get(), STDERR_FILENO) && hand_over(sockets->second.get(), detail::k_channel_descriptor);
        int target = detail::k_first_descriptor;
        for (const int fd : request.descriptors) {
            complete = complete && hand_over(fd, target++);
        }
        complete = complete && hand_over(m_executable.get(), executable_number);
    } catch (const std::system_error& error) {
        return spawn_failure(error.code().value());
    }
    if (!complete) {
        return spawn_failure(EMFILE);
    }
    actions.close_from(executable_number + 1);

    auto arguments = request.arguments;
    auto environment = m_environment;
    environment.push_back(fmt::format("{}={}:{}", detail::k_layout_variable, ::getpid(), request.descriptors.size()));
    const std::string path = fmt::format("/proc/self/fd/{}", executable_number);
    const Attributes attributes;
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, path.c_str(), actions.get(), attributes.get(), pointers(arguments).data(),
                                    pointers(environment).data());
    if (error != 0) {
        return spawn_failure(error);
    }
    return Child(*this, pid, std::move(sockets->first), std::move(stderr_read));
}

} // namespace audiomuse::sandbox
