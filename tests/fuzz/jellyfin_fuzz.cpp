// The answers of a Jellyfin server: whatever they are, reading them ends soon, in values that may be shown, sent and stored. The
// first byte chooses the kind of answer.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <base/text.hpp>
#include <library/detail/jellyfin_answers.hpp>

using namespace audiomuse;
using namespace audiomuse::library::detail;

namespace {

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

void check_text(const std::string& text) { require(text.size() <= 1'000 && to_display_text(text) == text); }
void check_id(const std::string& id) { require(normal_item_id(id) == id); }

template <class T>
const T* value_of(const Result<T>& result) {
    require(result || (result.error().code == ErrorCode::unavailable && !result.error().message.empty()));
    return result ? &*result : nullptr;
}

void check_songs(std::string_view body) {
    const auto page = parse_songs(body);
    if (const auto* songs = value_of(page)) {
        require(songs->items.size() <= songs->received);
        for (const JellyfinSong& song : songs->items) {
            const Track& track = song.track;
            check_id(track.id.str());
            require(track.album_id.empty() || normal_item_id(track.album_id.str()) == track.album_id.str());
            for (const std::string* text : {&track.title, &track.artist, &track.album, &track.album_artist, &track.genre}) {
                check_text(*text);
            }
            require(!track.title.empty() && track.path.size() <= 4'096 && track.track_number >= 0 && track.year >= 0 &&
                    track.stamp.modified_ns >= 0);
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 8) {
    case 0: check_songs(body); break;
    case 1: {
        const auto page = parse_albums(body);
        if (const auto* albums = value_of(page)) {
            for (const Album& album : albums->items) {
                check_id(album.id.str());
                check_text(album.title);
                check_text(album.artist);
            }
        }
        break;
    }
    case 2: {
        const auto page = parse_entries(body);
        if (const auto* entries = value_of(page)) {
            for (const JellyfinEntry& entry : entries->items) {
                check_id(entry.id);
                check_text(entry.name);
            }
        }
        break;
    }
    case 3: {
        const auto found = parse_libraries(body);
        if (const auto* libraries = value_of(found)) {
            for (const JellyfinLibrary& library : *libraries) {
                check_id(library.id);
            }
        }
        break;
    }
    case 4: {
        const auto found = parse_users(body);
        if (const auto* users = value_of(found)) {
            for (const JellyfinUser& user : *users) {
                require(normal_guid(user.id) == user.id);
            }
        }
        break;
    }
    case 5: static_cast<void>(value_of(parse_user(body))); break;
    case 6: static_cast<void>(value_of(parse_server_info(body))); break;
    default: static_cast<void>(value_of(parse_created(body))); break;
    }
    return 0;
}
