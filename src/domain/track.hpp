#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <base/clock.hpp>
#include <base/id.hpp>

namespace audiomuse {

using TrackId = Id<struct TrackTag>; ///< the API's item_id
using AlbumId = Id<struct AlbumTag>;

/// Tells a cheap check whether the bytes behind a track may have changed.
struct FileStamp {
    std::uint64_t size_bytes = 0;
    /// Since the Unix epoch; 0 where the source knows none. On a media server, which tells no such time, the listed length in
    /// milliseconds.
    std::int64_t modified_ns = 0;

    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

struct Album {
    AlbumId id;
    std::string title;
    std::string artist; ///< the album artist; empty when unknown
    UtcTime added{};    ///< newest albums come first in a listing
};

/// In place of a library's name: known only to be in none of those that the newest listing visited.
inline constexpr const char* k_some_other_library = "\x1A";

/// One piece of music as its source describes it. All texts are valid UTF-8.
struct Track {
    TrackId id;
    AlbumId album_id;
    std::string title;
    std::string artist; ///< the track artist; empty when unknown
    std::string album;
    std::string album_artist;
    std::string genre;   ///< several are separated by "; "
    std::string library; ///< the name of its music library on a media server; empty where there is none or it is not known, and
                         ///< k_some_other_library
    std::string
        path; ///< relative to the library for a local folder; empty where the source has none. Raw bytes may not be UTF-8.
    int track_number = 0;
    int year = 0;
    std::chrono::milliseconds listed_length{0}; ///< as the source says; 0: it does not say
    FileStamp stamp;

    /// "Title by Artist", as messages show a track; only the title when the artist is unknown.
    [[nodiscard]] std::string display_name() const;
};

} // namespace audiomuse
