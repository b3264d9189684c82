#include <http/connection_limit.hpp>

#include <algorithm>
#include <chrono>
#include <limits>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>

#include <base/fd.hpp>
#include <base/log.hpp>

namespace audiomuse::http {

namespace {

constexpr int k_kept_for_files = 64;
constexpr std::int64_t k_warning_interval_s = 60;

/// The largest int when none is free.
int lowest_free_descriptor() noexcept {
    const UniqueFd probe(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    return probe.get() < 0 ? std::numeric_limits<int>::max() : probe.get();
}

int first_refused(std::size_t max_connections) noexcept {
    constexpr rlim_t most = 1U << 20U;
    rlimit files{};
    const int allowed = ::getrlimit(RLIMIT_NOFILE, &files) == 0 ? static_cast<int>(std::min(files.rlim_cur, most)) : 1024;
    const int used = std::min(lowest_free_descriptor(), allowed);
    const int kept = std::min(k_kept_for_files, (allowed - used) / 2);
    return std::min(allowed - kept, used + static_cast<int>(std::min<std::size_t>(max_connections, most)));
}

std::int64_t seconds_now() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

} // namespace

ConnectionLimit::ConnectionLimit(std::size_t max_connections) : m_first_refused(first_refused(max_connections)) {}

void ConnectionLimit::state_changed(const restinio::connection_state::notice_t& notice) {
    if (!restinio::holds_alternative<restinio::connection_state::accepted_t>(notice.cause())) {
        return;
    }
    ++m_accepted;
    if (lowest_free_descriptor() < m_first_refused) {
        return;
    }
    const std::int64_t now = seconds_now();
    if (std::int64_t due = m_next_warning_s;
        now >= due && m_next_warning_s.compare_exchange_strong(due, now + k_warning_interval_s)) {
        log::warn("Too many connections are open; new ones are closed.");
    }
    throw std::runtime_error("too many connections");
}

bool is_readable(int socket) noexcept {
    pollfd poll{socket, POLLIN, 0};
    return ::poll(&poll, 1, 0) == 1;
}

} // namespace audiomuse::http
