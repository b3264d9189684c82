#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace audiomuse::library::detail {

/// What the tags of a file say: each text one line of valid UTF-8 of at most 1,000 bytes, empty when the tag is missing.
struct FileTags {
    std::string title;
    std::string artist; ///< several are joined by ", "
    std::string album;
    std::string album_artist;
    std::string genre;
    int track_number = 0; ///< 0: unknown
    int year = 0;         ///< 0: unknown
};

/// Reads the tags of an open file. The kind of file is told by its bytes; the extension (lower case, without a dot) is a hint.
/// Never fails: hostile or broken bytes give what could be read, within a bound of time and memory.
[[nodiscard]] FileTags read_file_tags(int fd, std::uint64_t size_bytes, std::string_view extension);

} // namespace audiomuse::library::detail
