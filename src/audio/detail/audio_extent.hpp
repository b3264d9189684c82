#pragma once

#include <cstdint>

#include <tl/expected.hpp>

#include <audio/decoder.hpp>

namespace audiomuse::audio::detail {

/// The bytes [begin, end) of a file without the tags that stand before and behind audio in formats that have no place for tags
/// (ID3v2 in front; ID3v1, APEv2 and Lyrics3v2 at the end).
struct AudioExtent {
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

/// Finds the extent in an open regular file of any size; failures are `io`.
[[nodiscard]] tl::expected<AudioExtent, DecodeFailure> find_audio_extent(int fd);

/// pread that goes on after interruptions and short reads. Returns the bytes read, fewer than asked only at the end; -1 on error
/// (errno).
[[nodiscard]] std::int64_t read_at(int fd, void* into, std::int64_t count, std::int64_t offset) noexcept;

} // namespace audiomuse::audio::detail
