#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <base/fd.hpp>
#include <base/result.hpp>

namespace audiomuse::sandbox {

/// One message of a channel.
struct Frame {
    std::vector<std::byte> payload;
    UniqueFd descriptor; ///< owns nothing when none was sent
};

/// Messages of 1 byte to 1 MiB over a connected Unix stream socket: four bytes of length, least significant first, then the
/// payload. A message may carry one file descriptor. Not for use from two threads at once.
class Channel {
  public:
    static constexpr std::size_t k_max_payload_bytes = 1U << 20U;

    /// What happens to descriptors that the other side sends. `refused`: the kernel closes them.
    enum class Descriptors { refused, accepted };
    enum class Wait { no, yes };
    enum class State {
        frame,       ///< `frame` holds a whole message
        nothing_yet, ///< no whole message has arrived (Wait::no only)
        closed       ///< the other side has closed, and no message was cut off
    };
    struct Received {
        State state = State::nothing_yet;
        Frame frame;
    };

    Channel(UniqueFd socket, Descriptors descriptors) noexcept : m_socket(std::move(socket)), m_descriptors(descriptors) {}

    /// For poll(): readable when receive() has something to do.
    [[nodiscard]] int fd() const noexcept { return m_socket.get(); }

    /// Sends one message; a descriptor other than -1 goes with it and stays the caller's. Never raises SIGPIPE.
    /// Errors: timed_out when the other side does not read, io when it is gone, invalid_argument for an impossible size.
    [[nodiscard]] Result<void> send(std::span<const std::byte> payload, std::chrono::milliseconds limit, int descriptor = -1);

    /// Errors: damaged (an impossible length, a message that was cut off, descriptors where none may be), io. The channel is of
    /// no further use after an error.
    [[nodiscard]] Result<Received> receive(Wait wait);

  private:
    enum class Step { progress, would_block, closed };
    [[nodiscard]] Result<Step> read_some(std::span<std::byte> target, Wait wait);

    UniqueFd m_socket;
    Descriptors m_descriptors;
    std::array<std::byte, 4> m_header{};
    std::size_t m_header_bytes = 0;
    std::size_t m_payload_bytes = 0;
    Frame m_frame;
};

/// A connected pair of close-on-exec stream sockets.
[[nodiscard]] Result<std::pair<UniqueFd, UniqueFd>> make_socket_pair();

} // namespace audiomuse::sandbox
