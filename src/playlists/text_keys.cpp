#include <playlists/text_keys.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace audiomuse::playlists {

namespace {

/// Lower case of a character of two bytes in UTF-8 (U+0080 to U+07FF): Latin-1, Latin Extended-A, Greek, Cyrillic.
unsigned lower_case(unsigned code) noexcept {
    if ((code >= 0xC0 && code <= 0xDE && code != 0xD7) || (code >= 0x391 && code <= 0x3A9) || (code >= 0x410 && code <= 0x42F)) {
        return code + 0x20;
    }
    if (code >= 0x400 && code <= 0x40F) {
        return code + 0x50;
    }
    const bool even_is_upper = (code >= 0x100 && code <= 0x137) || (code >= 0x14A && code <= 0x177);
    const bool odd_is_upper = (code >= 0x139 && code <= 0x148) || (code >= 0x179 && code <= 0x17E);
    if ((even_is_upper && code % 2 == 0 && code != 0x130) || (odd_is_upper && code % 2 == 1)) {
        return code + 1;
    }
    return code;
}

bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
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

std::string normalised_text(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const auto byte = static_cast<unsigned char>(c);
        if (is_space(c)) {
            if (!result.empty() && result.back() != ' ') {
                result += ' ';
            }
        } else if (c >= 'A' && c <= 'Z') {
            result += static_cast<char>(c + ('a' - 'A'));
        } else if (byte >= 0xC2 && byte <= 0xDF && i + 1 < text.size() &&
                   (static_cast<unsigned char>(text[i + 1]) & 0xC0U) == 0x80U) {
            const unsigned code = lower_case(((byte & 0x1FU) << 6U) | (static_cast<unsigned char>(text[i + 1]) & 0x3FU));
            result += static_cast<char>(0xC0U | (code >> 6U));
            result += static_cast<char>(0x80U | (code & 0x3FU));
            ++i;
        } else {
            result += c;
        }
    }
    if (!result.empty() && result.back() == ' ') {
        result.pop_back();
    }
    return result;
}

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
