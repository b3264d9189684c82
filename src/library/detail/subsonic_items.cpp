#include <library/detail/subsonic_items.hpp>

#include <algorithm>
#include <cstddef>

#include <base/text.hpp>
#include <library/detail/json_reader.hpp>

namespace audiomuse::library::detail {

namespace {

using nlohmann::json;

constexpr std::size_t k_max_id_bytes = 500;
constexpr std::size_t k_max_path_bytes = 8'000;

std::string artist_member(const json& item, const char* key) {
    std::string name = text_member(item, key);
    return name == "[Unknown Artist]" || name == "[unknown]" ? std::string() : name;
}

int number_member(const json& item, const char* key) {
    constexpr std::uint64_t k_largest = 1'000'000;
    return static_cast<int>(std::min(count_member(item, key).value_or(0), k_largest));
}

/// OpenSubsonic lists several in `genres`; the protocol itself has room for one.
std::string genres_of(const json& song) {
    constexpr std::size_t k_max_bytes = 1'000;
    std::string joined;
    for (const json& genre : array_member(song, "genres")) {
        const std::string name = text_member(genre, "name");
        if (!name.empty() && joined.size() < k_max_bytes) {
            joined += (joined.empty() ? "" : "; ") + name;
        }
    }
    return joined.empty() ? text_member(song, "genre") : std::string(truncate_utf8(joined, k_max_bytes));
}

std::string title_from_path(const std::string& path) {
    const std::string name = path.substr(path.find_last_of("/\\") + 1);
    return to_display_text(truncate_utf8(name.substr(0, name.find_last_of('.')), 1'000));
}

} // namespace

bool is_usable_id(const std::string& id) { return !id.empty() && id.size() <= k_max_id_bytes && to_display_text(id) == id; }

std::optional<ListedAlbum> read_album(const json& album) {
    ListedAlbum listed;
    std::string id = id_member(album, "id");
    if (!is_usable_id(id)) {
        return std::nullopt;
    }
    listed.album.id = AlbumId(std::move(id));
    listed.album.title = text_member(album, "name");
    if (listed.album.title.empty()) {
        listed.album.title = text_member(album, "title");
    }
    listed.album.artist = artist_member(album, "artist");
    listed.album.added = parse_time(raw_text_member(album, "created")).value_or(UtcTime{});
    listed.song_count = count_member(album, "songCount");
    return listed;
}

std::optional<ListedSong> read_song(const json& song) {
    ListedSong listed;
    std::string id = id_member(song, "id");
    if (!is_usable_id(id) || bool_member(song, "isDir").value_or(false) || bool_member(song, "isVideo").value_or(false)) {
        return std::nullopt;
    }
    Track& track = listed.track;
    track.id = TrackId(std::move(id));
    if (std::string album = id_member(song, "albumId"); is_usable_id(album)) {
        track.album_id = AlbumId(std::move(album));
    }
    track.path = raw_text_member(song, "path");
    if (track.path.size() > k_max_path_bytes) {
        track.path.clear();
    }
    track.title = text_member(song, "title");
    if (track.title.empty()) {
        track.title = title_from_path(track.path);
    }
    if (track.title.empty()) {
        track.title = track.id.str();
    }
    track.artist = artist_member(song, "artist");
    track.album = text_member(song, "album");
    track.album_artist = artist_member(song, "displayAlbumArtist");
    track.genre = genres_of(song);
    track.track_number = number_member(song, "track");
    track.year = number_member(song, "year");
    listed.disc = number_member(song, "discNumber");
    track.stamp.size_bytes = count_member(song, "size").value_or(0);
    track.listed_length = seconds_member(song, "duration").value_or(std::chrono::milliseconds(0));
    track.stamp.modified_ns = track.listed_length.count();
    return listed;
}

} // namespace audiomuse::library::detail
