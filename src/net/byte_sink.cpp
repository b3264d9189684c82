#include <net/byte_sink.hpp>

#include <cerrno>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

namespace audiomuse::net {

namespace {

tl::unexpected<Error> cannot_write() {
    return fail(ErrorCode::io, fmt::format("A download cannot be written to disk: {}.", std::generic_category().message(errno)));
}

} // namespace

Result<void> FileSink::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t step = ::pwrite(m_fd, bytes.data(), bytes.size(), static_cast<off_t>(m_size));
        if (step < 0 && errno == EINTR) {
            continue;
        }
        if (step <= 0) {
            return cannot_write();
        }
        m_size += static_cast<std::uint64_t>(step);
        bytes = bytes.subspan(static_cast<std::size_t>(step));
    }
    return {};
}

Result<void> FileSink::restart() {
    if (::ftruncate(m_fd, 0) != 0) {
        return cannot_write();
    }
    m_size = 0;
    return {};
}

} // namespace audiomuse::net
