#include <sandbox/channel.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace audiomuse::sandbox {

namespace {

constexpr std::size_t k_max_descriptors_in_one_read = 4; // room to notice, and to close, more than the one that is allowed

tl::unexpected<Error> channel_failure(std::string_view what, int error) {
    return fail(ErrorCode::io, fmt::format("{}: {}.", what, std::generic_category().message(error)));
}

std::vector<UniqueFd> take_descriptors(msghdr& message) {
    std::vector<UniqueFd> taken;
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof fd);
            taken.emplace_back(fd);
        }
    }
    return taken;
}

} // namespace

Result<std::pair<UniqueFd, UniqueFd>> make_socket_pair() {
    std::array<int, 2> ends{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return channel_failure("Cannot make a socket pair", errno);
    }
    return std::pair(UniqueFd(ends[0]), UniqueFd(ends[1]));
}

Result<void> Channel::send(std::span<const std::byte> payload, std::chrono::milliseconds limit, int descriptor) {
    if (payload.empty() || payload.size() > k_max_payload_bytes) {
        return fail(ErrorCode::invalid_argument, fmt::format("A message of {} bytes cannot be sent.", payload.size()));
    }
    const auto length = static_cast<std::uint32_t>(payload.size());
    std::vector<std::byte> bytes(4 + payload.size());
    for (unsigned i = 0; i < 4; ++i) {
        bytes[i] = static_cast<std::byte>((length >> (8 * i)) & 0xFFU);
    }
    std::copy(payload.begin(), payload.end(), bytes.begin() + 4);

    const auto deadline = std::chrono::steady_clock::now() + limit;
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        ssize_t count = 0;
        if (descriptor >= 0 && sent == 0) {
            iovec part{bytes.data(), bytes.size()};
            alignas(cmsghdr) std::array<unsigned char, CMSG_SPACE(sizeof(int))> control{};
            msghdr message{};
            message.msg_iov = &part;
            message.msg_iovlen = 1;
            message.msg_control = control.data();
            message.msg_controllen = control.size();
            cmsghdr* header = CMSG_FIRSTHDR(&message);
            header->cmsg_level = SOL_SOCKET;
            header->cmsg_type = SCM_RIGHTS;
            header->cmsg_len = CMSG_LEN(sizeof(int));
            std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
            count = ::sendmsg(m_socket.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        } else {
            count = ::send(m_socket.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
        if (count >= 0) {
            sent += static_cast<std::size_t>(count);
            continue;
        }
        if (errno == EINTR) {
            continue;
        }
        if (errno != EAGAIN) {
            return channel_failure("Cannot send", errno);
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            return fail(ErrorCode::timed_out, "The other side of the channel does not read.");
        }
        pollfd item{m_socket.get(), POLLOUT, 0};
        if (::poll(&item, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 1'000'000))) < 0 && errno != EINTR) {
            return channel_failure("Cannot wait for the channel", errno);
        }
    }
    return {};
}

Result<Channel::Step> Channel::read_some(std::span<std::byte> target, Wait wait) {
    iovec part{target.data(), target.size()};
    alignas(cmsghdr) std::array<unsigned char, CMSG_SPACE(k_max_descriptors_in_one_read * sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (m_descriptors == Descriptors::accepted) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
    }
    ssize_t count = -1;
    do {
        count = ::recvmsg(m_socket.get(), &message, MSG_CMSG_CLOEXEC | (wait == Wait::no ? MSG_DONTWAIT : 0));
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        if (errno == EAGAIN) {
            return Step::would_block;
        }
        if (errno == ECONNRESET) { // the other side closed without having read all that was sent to it
            return Step::closed;
        }
        return channel_failure("Cannot receive", errno);
    }
    if (m_descriptors == Descriptors::accepted) {
        auto taken = take_descriptors(message);
        if (taken.size() > 1 || (taken.size() == 1 && m_frame.descriptor) || (message.msg_flags & MSG_CTRUNC) != 0) {
            return fail(ErrorCode::damaged, "A message carried more than one file descriptor.");
        }
        if (taken.size() == 1) {
            m_frame.descriptor = std::move(taken.front());
        }
    }
    if (count == 0) {
        return Step::closed;
    }
    if (m_header_bytes < m_header.size()) {
        m_header_bytes += static_cast<std::size_t>(count);
    } else {
        m_payload_bytes += static_cast<std::size_t>(count);
    }
    return Step::progress;
}

Result<Channel::Received> Channel::receive(Wait wait) {
    for (;;) {
        const bool in_header = m_header_bytes < m_header.size();
        if (!in_header && m_frame.payload.empty()) {
            std::uint32_t length = 0;
            for (unsigned i = 0; i < 4; ++i) {
                length |= std::to_integer<std::uint32_t>(m_header[i]) << (8 * i);
            }
            if (length == 0 || length > k_max_payload_bytes) {
                return fail(ErrorCode::damaged, fmt::format("A message claims to be {} bytes long.", length));
            }
            m_frame.payload.resize(length);
        }
        const auto target =
            in_header ? std::span(m_header).subspan(m_header_bytes) : std::span(m_frame.payload).subspan(m_payload_bytes);
        const auto step = read_some(target, wait);
        if (!step) {
            return tl::unexpected<Error>(step.error());
        }
        if (*step == Step::would_block) {
            return Received{};
        }
        if (*step == Step::closed) {
            if (m_header_bytes != 0) {
                return fail(ErrorCode::damaged, "A message was cut off.");
            }
            return Received{State::closed, {}};
        }
        if (!m_frame.payload.empty() && m_payload_bytes == m_frame.payload.size()) {
            m_header_bytes = 0;
            m_payload_bytes = 0;
            return Received{State::frame, std::exchange(m_frame, Frame{})};
        }
    }
}

} // namespace audiomuse::sandbox
