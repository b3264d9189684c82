#include <playlists/text_keys.hpp>

#include <algorithm>
#include <array>
#include <optional>

#include <base/text.hpp>

namespace audiomuse::playlists {

namespace {

bool is_letter_or_digit(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

bool names_an_edition(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 8> k_words{"remaster", "remastered", "explicit", "clean",
                                                      "radio",    "edit",       "version",  "mix"};
    while (!text.empty()) {
        const auto* begin = std::ranges::find_if(text, is_letter_or_digit);
        const auto* end = std::find_if_not(begin, text.end(), is_letter_or_digit);
        if (std::ranges::find(k_words, std::string_view(begin, end)) != k_words.end()) {
            return true;
        }
        text = std::string_view(end, text.end());
    }
    return false;
}

/// Where the last bracketed or dashed ending of a normalised title begins.
std::optional<std::size_t> ending(std::string_view title) noexcept {
    constexpr std::array<std::pair<char, char>, 2> k_brackets{{{'(', ')'}, {'[', ']'}}};
    for (const auto& [open, close] : k_brackets) {
        if (title.ends_with(close)) {
            const auto position = title.rfind(open);
            return position != std::string_view::npos ? std::optional(position) : std::nullopt;
        }
    }
    const auto dash = title.rfind(" - ");
    return dash != std::string_view::npos ? std::optional(dash) : std::nullopt;
}

} // namespace

std::string artist_key(std::string_view artist, std::string_view album_artist) {
    constexpr std::array<std::string_view, 6> k_nobody{"unknown artist", "unknown",         "[unknown]",
                                                       "<unknown>",      "various artists", "various"};
    for (const auto name : {artist, album_artist}) {
        std::string key = normalised_text(name);
        if (!key.empty() && std::ranges::find(k_nobody, key) == k_nobody.end()) {
            return key;
        }
    }
    return {};
}

std::string song_key(std::string_view title, std::string_view artist, std::string_view album_artist) {
    std::string key = normalised_text(title);
    for (auto start = ending(key); start && *start > 0 && names_an_edition(std::string_view(key).substr(*start));
         start = ending(key)) {
        key.resize(*start);
        while (!key.empty() && key.back() == ' ') {
            key.pop_back();
        }
    }
    const std::string by = artist_key(artist, album_artist);
    return key.empty() || by.empty() ? std::string{} : key + '\n' + by;
}

} // namespace audiomuse::playlists
