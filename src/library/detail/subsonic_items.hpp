#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include <domain/track.hpp>
#include <library/detail/song_heap.hpp>

namespace audiomuse::library::detail {

/// An entry of a list of albums.
struct ListedAlbum {
    Album album;
    std::optional<std::uint64_t> song_count{};
    std::string library{}; ///< empty when it is not known
};

/// Ids are shown and sent back: none is empty, huge, or holds control characters or blanks at its ends.
[[nodiscard]] bool is_usable_id(const std::string& id);

/// Nothing without a usable id.
[[nodiscard]] std::optional<ListedAlbum> read_album(const nlohmann::json& album);

/// Nothing without an id, and for what is a folder or a video. Track::stamp holds the size and, in place of a time, the duration
/// in milliseconds; Track::album_id is empty when the song belongs to no album. The names by which servers say "unknown" are
/// empty.
[[nodiscard]] std::optional<ListedSong> read_song(const nlohmann::json& song);

} // namespace audiomuse::library::detail
