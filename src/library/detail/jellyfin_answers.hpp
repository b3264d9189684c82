#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <base/result.hpp>
#include <domain/track.hpp>

/// The answers of a Jellyfin server, read without trust: an answer that is no JSON (invalid UTF-8 included), too deep, too large
/// or of another shape is an error (unavailable). Texts come out as one line of valid UTF-8 of at most 1,000 bytes.
namespace audiomuse::library::detail {

/// The stored spelling of a server's id: a GUID in either spelling becomes 32 lower-case digits; another text of at most 64
/// letters, digits, `-` and `_` stays as it is; nothing for anything else.
[[nodiscard]] std::optional<std::string> normal_item_id(std::string_view text);
/// 32 lower-case digits of a GUID in either spelling, nothing for any other text.
[[nodiscard]] std::optional<std::string> normal_guid(std::string_view text);

/// `2026-01-02T03:04:05.1234567Z`; the epoch for anything else.
[[nodiscard]] UtcTime parse_jellyfin_time(std::string_view text);

struct JellyfinServerInfo {
    std::string product;
    std::string name;
    std::string version;
};

struct JellyfinUser {
    std::string id;
    std::string name;
};

struct JellyfinLibrary {
    std::string id;
    std::string name;
    std::string collection_type; ///< "music"; empty for a mixed one
};

struct JellyfinSong {
    Track track; ///< its album id is empty when it belongs to no album
    std::uint32_t disc = 0;
    UtcTime added{};
};

/// An item of any type, as far as playlists need it.
struct JellyfinEntry {
    std::string id;
    std::string name;
    std::string type;     ///< "Playlist", "Audio", ...
    std::string entry_id; ///< of the place in a playlist; empty elsewhere
};

/// One page of a list.
template <class T>
struct JellyfinPage {
    std::vector<T> items;
    std::uint64_t received = 0; ///< items of the page, those without a usable id included
    std::uint64_t total = 0;    ///< of the whole list
};

[[nodiscard]] Result<JellyfinServerInfo> parse_server_info(std::string_view body);
[[nodiscard]] Result<JellyfinUser> parse_user(std::string_view body);
[[nodiscard]] Result<std::vector<JellyfinUser>> parse_users(std::string_view body);
[[nodiscard]] Result<std::vector<JellyfinLibrary>> parse_libraries(std::string_view body);
[[nodiscard]] Result<JellyfinPage<Album>> parse_albums(std::string_view body);
[[nodiscard]] Result<JellyfinPage<JellyfinSong>> parse_songs(std::string_view body);
[[nodiscard]] Result<JellyfinPage<JellyfinEntry>> parse_entries(std::string_view body);
/// The id of what was made.
[[nodiscard]] Result<std::string> parse_created(std::string_view body);

} // namespace audiomuse::library::detail
