// Names of playlists, and titles, artists and paths of songs, as files and their entries: four texts between zero bytes. Whatever
// they hold, the file name stays in its folder, and each song is one entry of two lines at most.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <library/detail/m3u8.hpp>

using namespace audiomuse;

namespace {

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

void check_file_name(std::string_view name) {
    const std::string stem = library::detail::to_file_stem(name);
    require(!stem.empty() && stem.size() <= 200 && stem.front() != '.');
    require(stem.find_first_of(std::string_view("/\\\0:*?\"<>|\n", 11)) == std::string::npos);
    for (const int number : {1, 2, 1'000'000}) {
        require(library::detail::is_name_of(library::detail::numbered_file_name(stem, number), stem));
    }
}

void check_entry(const PlaylistSong& song, const std::string& name) {
    Playlist playlist;
    playlist.name = name;
    playlist.songs = {song, song};
    const std::string text = library::detail::to_m3u8(playlist, "/music", "/lists/ours");
    require(text.starts_with("#EXTM3U\n") && text.ends_with('\n'));
    std::size_t entries = 0;
    std::size_t lines = 0;
    for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1)) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        entries += line.starts_with('#') ? 0 : 1;
        require(!line.empty());
        ++lines;
    }
    const bool can_be_written = song.path.find_first_of("\r\n") == std::string::npos;
    require(entries == (can_be_written ? 2U : 0U) && lines <= 6);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    std::array<std::string, 4> texts;
    for (std::string& text : texts) {
        text = rest.substr(0, rest.find('\0'));
        rest.remove_prefix(std::min(rest.size(), text.size() + 1));
    }
    check_file_name(texts[0]);
    check_entry({TrackId("t"), texts[1], texts[2], texts[3].empty() ? "song.ogg" : texts[3], 180.5}, texts[0]);
    return 0;
}
