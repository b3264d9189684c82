#include <library/detail/m3u8.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include <base/log.hpp>
#include <base/text.hpp>

namespace audiomuse::library::detail {

namespace {

constexpr std::string_view k_extension = ".m3u8";
constexpr std::size_t k_max_stem_bytes = 200; // file names have 255; a number, the extension and a temporary suffix follow

/// A path in a line of its own. "./" keeps a reader from taking it for a comment or a URL, or from trimming it.
std::string to_entry(const std::filesystem::path& file, const std::filesystem::path& folder) {
    std::string entry = file.lexically_relative(folder).native();
    const std::string_view first_part = std::string_view(entry).substr(0, entry.find('/'));
    if (entry.starts_with('#') || entry.starts_with(' ') || entry.starts_with('\t') ||
        first_part.find(':') != std::string_view::npos) {
        entry.insert(0, "./");
    }
    return entry;
}

/// Seconds as whole numbers; -1 is the format's "unknown".
long whole_seconds(double duration_s) {
    constexpr double k_longest = 1e9;
    return duration_s > 0 && duration_s < k_longest ? std::max(1L, std::lround(duration_s)) : -1;
}

/// Names that Windows reserves, with whatever extension.
bool is_device_name(std::string_view stem) {
    static constexpr std::array<std::string_view, 4> k_devices{"CON", "PRN", "AUX", "NUL"};
    static constexpr std::array<std::string_view, 2> k_ports{"COM", "LPT"};
    std::string base(stem.substr(0, stem.find('.')));
    std::ranges::transform(base, base.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return std::ranges::find(k_devices, base) != k_devices.end() ||
           (base.size() == 4 && base[3] >= '1' && base[3] <= '9' &&
            std::ranges::find(k_ports, base.substr(0, 3)) != k_ports.end());
}

} // namespace

std::string to_m3u8(const Playlist& playlist, const std::filesystem::path& library,
                    const std::filesystem::path& playlists_folder) {
    std::string text = fmt::format("#EXTM3U\n#PLAYLIST:{}\n", to_display_text(playlist.name));
    for (const PlaylistSong& song : playlist.songs) {
        if (song.path.empty() || song.path.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
            log::warn("\"{}\" is left out of a playlist file: its path cannot be written there.", to_display_text(song.title));
            continue;
        }
        const std::string title = to_display_text(song.title);
        const std::string artist = to_display_text(song.artist);
        text += fmt::format("#EXTINF:{},{}{}{}\n", whole_seconds(song.duration_s), artist, artist.empty() ? "" : " - ", title);
        text += to_entry(library / song.path, playlists_folder) + '\n';
    }
    return text;
}

std::string to_file_stem(std::string_view name) {
    std::string stem = to_display_text(name);
    std::ranges::replace_if(
        stem, [](char c) { return std::string_view("/\\:*?\"<>|").find(c) != std::string_view::npos; }, '_');
    if (is_device_name(stem)) {
        stem.insert(0, 1, '_');
    }
    stem.resize(truncate_utf8(stem, k_max_stem_bytes).size());
    if (stem.empty()) {
        return "_";
    }
    if (stem.front() == '.') {
        stem.front() = '_';
    }
    if (stem.back() == '.' || stem.back() == ' ') {
        stem.back() = '_';
    }
    return stem;
}

std::string numbered_file_name(std::string_view stem, int number) {
    return number == 1 ? fmt::format("{}{}", stem, k_extension) : fmt::format("{} ({}){}", stem, number, k_extension);
}

bool is_name_of(std::string_view file_name, std::string_view stem) {
    if (!file_name.starts_with(stem)) {
        return false;
    }
    std::string_view rest = file_name.substr(stem.size());
    if (rest.starts_with(" (")) {
        rest.remove_prefix(2);
    }
    int number = 1;
    std::from_chars(rest.data(), rest.data() + rest.size(), number);
    return file_name == numbered_file_name(stem, number);
}

} // namespace audiomuse::library::detail
