#include <library/detail/tag_stream.hpp>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include <unistd.h>

namespace audiomuse::library::detail {

namespace {

// Loops over a count that the file gives end by themselves within some 300,000 calls (a 16-bit count, a few fields each). Only a
// loop that never ends is broken off by an exception, because that leaks what TagLib holds.
constexpr int k_calls_beyond_budget = 5'000'000;

} // namespace

bool TagStream::spend_call() {
    if (--m_budget.calls < -k_calls_beyond_budget) {
        throw std::runtime_error("the tags of a file take too long to read");
    }
    return m_budget.calls >= 0;
}

TagLib::ByteVector TagStream::readBlock(unsigned long length) {
    const auto position = static_cast<std::uint64_t>(m_position);
    if (!spend_call() || m_position < 0 || position >= m_size) {
        return {};
    }
    const std::uint64_t wanted = std::min<std::uint64_t>(length, m_size - position);
    if (wanted == 0 || wanted > m_budget.bytes) {
        return {};
    }
    m_budget.bytes -= wanted;
    TagLib::ByteVector block(static_cast<unsigned int>(wanted), '\0');
    std::uint64_t filled = 0;
    while (filled < wanted) {
        const ssize_t got =
            ::pread(m_fd, block.data() + filled, wanted - filled, static_cast<off_t>(m_offset + position + filled));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            break;
        }
        filled += static_cast<std::uint64_t>(got);
    }
    block.resize(static_cast<unsigned int>(filled));
    m_position += static_cast<long>(filled);
    return block;
}

void TagStream::seek(long offset, Position position) {
    static_cast<void>(spend_call());
    // Sums are taken without a sign: what a hostile size makes overflow ends as a negative position, where nothing is read.
    const auto base = position == Current ? static_cast<unsigned long>(m_position) : position == End ? m_size : 0;
    m_position = static_cast<long>(base + static_cast<unsigned long>(offset));
}

} // namespace audiomuse::library::detail
