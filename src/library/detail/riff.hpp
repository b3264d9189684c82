#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <library/detail/tag_stream.hpp>

namespace audiomuse::library::detail {

/// A piece of a file that holds tags.
struct TagChunk {
    enum class Kind {
        id3v2,
        info ///< the inside of a RIFF LIST chunk of type INFO, with that type
    };
    Kind kind = Kind::id3v2;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

/// Whether the bytes begin a RIFF or RF64 WAVE, or an AIFF or AIFC file.
[[nodiscard]] bool is_riff(std::string_view first_12_bytes);

/// The tag chunks of such a file, at most 8, each within the stream.
[[nodiscard]] std::vector<TagChunk> find_tag_chunks(TagStream& stream);

} // namespace audiomuse::library::detail
