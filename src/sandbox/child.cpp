#include <sandbox/child.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <string_view>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sandbox/spawner.hpp>

namespace audiomuse::sandbox {

namespace {

constexpr std::size_t k_stderr_kept_bytes = 4096;
constexpr int k_stderr_reads_at_a_time = 16; // a child that floods its standard error cannot hold the reader
constexpr auto k_patience_after_kill = std::chrono::milliseconds(500);

} // namespace

std::string ExitStatus::describe() const {
    if (kind == Kind::exited) {
        return fmt::format("exited with status {}", value);
    }
    const char* name = ::sigabbrev_np(value);
    return name == nullptr ? fmt::format("was killed by signal {}", value)
                           : fmt::format("was killed by signal {} (SIG{})", value, name);
}

Child::Child(Spawner& spawner, pid_t pid, UniqueFd socket, UniqueFd standard_error)
    : m_spawner(&spawner), m_pid(pid), m_pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))),
      m_channel(std::move(socket), Channel::Descriptors::refused), m_stderr(std::move(standard_error)),
      m_statm(::open(fmt::format("/proc/{}/statm", pid).c_str(), O_RDONLY | O_CLOEXEC)) {}

Child::Child(Child&& other) noexcept
    : m_spawner(other.m_spawner), m_pid(std::exchange(other.m_pid, -1)), m_pidfd(std::move(other.m_pidfd)),
      m_channel(std::move(other.m_channel)), m_stderr(std::move(other.m_stderr)), m_statm(std::move(other.m_statm)),
      m_stderr_tail(std::move(other.m_stderr_tail)), m_status(other.m_status) {}

Child& Child::operator=(Child&& other) noexcept {
    if (this != &other) {
        end();
        m_spawner = other.m_spawner;
        m_pid = std::exchange(other.m_pid, -1);
        m_pidfd = std::move(other.m_pidfd);
        m_channel = std::move(other.m_channel);
        m_stderr = std::move(other.m_stderr);
        m_statm = std::move(other.m_statm);
        m_stderr_tail = std::move(other.m_stderr_tail);
        m_status = other.m_status;
    }
    return *this;
}

Child::~Child() { end(); }

void Child::end() noexcept {
    if (m_pid <= 0 || m_status) {
        return;
    }
    kill();
    // A process that waits for a dead network file system cannot die yet; the spawner reaps it later.
    if (!wait(k_patience_after_kill)) {
        m_spawner->reap_later(m_pid);
    }
    m_pid = -1;
}

void Child::kill() noexcept {
    if (m_pid > 0 && !m_status) { // not reaped yet, so the number cannot belong to another process
        ::kill(m_pid, SIGKILL);
    }
}

std::optional<ExitStatus> Child::wait(std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (m_pid > 0 && !m_status) {
        int status = 0;
        const pid_t got = ::waitpid(m_pid, &status, WNOHANG);
        if (got == m_pid) {
            m_status = WIFSIGNALED(status) ? ExitStatus{ExitStatus::Kind::signalled, WTERMSIG(status)}
                                           : ExitStatus{ExitStatus::Kind::exited, WEXITSTATUS(status)};
            break;
        }
        if (got < 0 && errno != EINTR) { // someone else has reaped it: how it ended is unknown
            m_status = ExitStatus{ExitStatus::Kind::signalled, SIGKILL};
            break;
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            break;
        }
        if (m_pidfd) {
            pollfd item{m_pidfd.get(), POLLIN, 0};
            ::poll(&item, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
        } else {
            std::this_thread::sleep_for(std::min(left, std::chrono::milliseconds(5)));
        }
    }
    return m_status;
}

std::optional<std::uint64_t> Child::resident_bytes() {
    std::array<char, 128> text{};
    const ssize_t length = m_statm ? ::pread(m_statm.get(), text.data(), text.size(), 0) : -1;
    if (length <= 0) {
        return std::nullopt;
    }
    // proc(5), /proc/pid/statm: "size resident shared ...", counted in pages
    const char* const end = text.data() + length;
    const char* const resident = std::find(text.data(), text.data() + length, ' ');
    std::uint64_t pages = 0;
    if (resident == end || std::from_chars(resident + 1, end, pages).ec != std::errc{} || pages == 0) {
        return std::nullopt;
    }
    return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

const std::string& Child::standard_error() {
    std::array<char, 4096> chunk{};
    for (int i = 0; m_stderr && i < k_stderr_reads_at_a_time; ++i) {
        const ssize_t got = ::read(m_stderr.get(), chunk.data(), chunk.size());
        if (got <= 0) {
            break;
        }
        m_stderr_tail.append(chunk.data(), static_cast<std::size_t>(got));
        if (m_stderr_tail.size() > k_stderr_kept_bytes) {
            m_stderr_tail.erase(0, m_stderr_tail.size() - k_stderr_kept_bytes);
        }
    }
    return m_stderr_tail;
}

} // namespace audiomuse::sandbox
