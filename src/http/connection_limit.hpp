#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <restinio/connection_state_listener.hpp>

namespace audiomuse::http {

/// Closes connections beyond a number, and while few file descriptors are free: the files of the program need some, and an accept
/// that finds none fails. Judges by the lowest free descriptor, so that nothing has to be counted back. Thread-safe.
///
/// A listener of RESTinio, because its own limiter loses a place for each connection that is reset before it is accepted, and its
/// blocker of addresses ends the process on one (both in 0.6.17).
class ConnectionLimit {
  public:
    explicit ConnectionLimit(std::size_t max_connections);

    /// Throws, which makes RESTinio close the connection, when it is one too many.
    void state_changed(const restinio::connection_state::notice_t& notice);

    /// Connections so far, the closed ones included.
    [[nodiscard]] std::uint64_t accepted() const noexcept { return m_accepted; }

  private:
    const int m_first_refused; ///< file descriptor
    std::atomic<std::uint64_t> m_accepted{0};
    std::atomic<std::int64_t> m_next_warning_s{0};
};

/// Whether a connection waits on a listening socket.
[[nodiscard]] bool is_readable(int socket) noexcept;

} // namespace audiomuse::http
