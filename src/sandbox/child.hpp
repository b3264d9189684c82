#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

#include <base/fd.hpp>
#include <sandbox/channel.hpp>

namespace audiomuse::sandbox {

class Spawner;

/// How a process ended.
struct ExitStatus {
    enum class Kind { exited, signalled };
    Kind kind = Kind::exited;
    int value = 0; ///< exit status or signal number

    /// "exited with status 3", "was killed by signal 11 (SIGSEGV)".
    [[nodiscard]] std::string describe() const;

    friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

/// A running child process. The destructor kills it and reaps it: no child and no zombie is ever left.
/// Lives no longer than the Spawner that made it. Not for use from two threads at once, but from any thread.
class Child {
  public:
    Child(Child&& other) noexcept;
    Child& operator=(Child&& other) noexcept;
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child();

    [[nodiscard]] pid_t pid() const noexcept { return m_pid; }
    /// For poll(): readable once the child has ended. -1 where the kernel has no such descriptors (before 5.3).
    [[nodiscard]] int pidfd() const noexcept { return m_pidfd.get(); }
    [[nodiscard]] Channel& channel() noexcept { return m_channel; }

    /// Sends SIGKILL. Harmless after the end.
    void kill() noexcept;
    /// How the child ended, if it has within the limit (0: only look). Reaps it.
    [[nodiscard]] std::optional<ExitStatus> wait(std::chrono::milliseconds limit);
    /// Resident memory now, file-backed pages included; nothing once the child has ended.
    [[nodiscard]] std::optional<std::uint64_t> resident_bytes();
    /// Reads what has come on the child's standard error, never waits, and returns the newest 4 KiB of all of it.
    /// The text is foreign: it may hold any byte.
    [[nodiscard]] const std::string& standard_error();

  private:
    friend class Spawner;
    Child(Spawner& spawner, pid_t pid, UniqueFd socket, UniqueFd standard_error);
    void end() noexcept;

    Spawner* m_spawner;
    pid_t m_pid;
    UniqueFd m_pidfd;
    Channel m_channel;
    UniqueFd m_stderr;
    UniqueFd m_statm;
    std::string m_stderr_tail;
    std::optional<ExitStatus> m_status;
};

} // namespace audiomuse::sandbox
