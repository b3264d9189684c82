#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <future>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <sys/types.h>

#include <base/fd.hpp>
#include <base/result.hpp>
#include <sandbox/child.hpp>

namespace audiomuse::sandbox {

struct SpawnRequest {
    std::vector<std::string> arguments; ///< argv, the program's name first
    std::vector<int> descriptors{};     ///< borrowed; the child gets copies, in this order (ChildSide::descriptors). At most 16.
};

/// Starts child processes of this executable. All are started by one thread that lives as long as the Spawner: the kernel's
/// parent-death signal, which enter_child() asks for, fires when the *thread* that started a child ends.
///
/// A child gets: standard input and output from /dev/null; standard error into a pipe that never blocks it; one end of a socket
/// pair; the descriptors of the request; nothing else. Its environment holds only the variables of inherited_variables(). It is
/// in a process group of its own, so that Ctrl-C on the terminal reaches the server alone.
///
/// Safe to call from several threads at once. SIGCHLD must not be ignored in this process.
class Spawner {
  public:
    /// Holds the executable open from now on, so that children are of the same version even when the file is replaced.
    /// Throws std::system_error when it cannot be opened.
    explicit Spawner(const std::filesystem::path& executable = "/proc/self/exe");
    Spawner(const Spawner&) = delete;
    Spawner& operator=(const Spawner&) = delete;
    ~Spawner();

    /// Returns once the child runs the executable. Error: unavailable, when the system refuses another process.
    [[nodiscard]] Result<Child> spawn(const SpawnRequest& request);

  private:
    friend class Child;
    [[nodiscard]] Result<Child> spawn_here(const SpawnRequest& request);
    void reap_later(pid_t pid) noexcept;
    void reap_what_has_ended();
    void run(const std::stop_token& stop);

    UniqueFd m_executable;
    std::vector<std::string> m_environment;
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::deque<std::packaged_task<Result<Child>()>> m_jobs;
    std::vector<pid_t> m_dying;
    std::jthread m_thread;
};

/// The names of the environment variables that children may see: locale, library path, instruction set, sanitizer options. No
/// secrets.
[[nodiscard]] std::span<const std::string_view> inherited_variables() noexcept;

} // namespace audiomuse::sandbox
