#include <domain/track_scope.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <base/text.hpp>

namespace audiomuse {

namespace {

constexpr std::string_view k_any_folders = "**";

/// The position behind the character at `position`; a byte that is no UTF-8 counts as one.
std::size_t next_character(std::string_view text, std::size_t position) {
    ++position;
    while (position < text.size() && (static_cast<unsigned char>(text[position]) & 0xC0U) == 0x80U) {
        ++position;
    }
    return position;
}

/// Whether a whole text matches a pattern with `*` and `?`. Goes back to the last star only, so its time is at most the product
/// of both lengths.
bool matches(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t behind_star = std::string_view::npos;
    std::size_t star_text = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            behind_star = ++p;
            star_text = t;
        } else if (p < pattern.size() && pattern[p] == '?') {
            ++p;
            t = next_character(text, t);
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (behind_star != std::string_view::npos) {
            p = behind_star;
            star_text = next_character(text, star_text);
            t = star_text;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

/// Normalised; empty ones and "." are dropped.
std::vector<std::string> segments_of(std::string_view path) {
    std::vector<std::string> segments;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find_first_of("/\\"), path.size());
        if (std::string name = normalised_text(path.substr(0, end)); !name.empty() && name != ".") {
            segments.push_back(std::move(name));
        }
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return segments;
}

/// Whether the pattern matches the path or a folder that it lies in. Goes back to the last `**` only.
bool matches(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::optional<std::size_t> behind_any;
    std::size_t any_text = 0;
    while (p < pattern.size()) {
        if (pattern[p] == k_any_folders) {
            behind_any = ++p;
            any_text = t;
        } else if (t < path.size() && matches(pattern[p], path[t])) {
            ++p;
            ++t;
        } else if (behind_any && any_text < path.size()) {
            p = *behind_any;
            t = ++any_text;
        } else {
            return false;
        }
    }
    return true;
}

bool genre_matches(const std::vector<std::string>& patterns, std::string_view genre) {
    const auto matches_one = [&](std::string_view text) {
        const std::string name = normalised_text(text);
        return !name.empty() && std::ranges::any_of(patterns, [&](const std::string& pattern) { return matches(pattern, name); });
    };
    if (matches_one(genre)) {
        return true;
    }
    while (!genre.empty()) {
        const std::size_t end = std::min(genre.find_first_of(";,/\\|"), genre.size());
        if (matches_one(genre.substr(0, end))) {
            return true;
        }
        genre.remove_prefix(std::min(end + 1, genre.size()));
    }
    return false;
}

std::vector<std::string> normalised(const std::vector<std::string>& texts) {
    std::vector<std::string> result;
    for (const std::string& text : texts) {
        if (std::string name = normalised_text(text); !name.empty()) {
            result.push_back(std::move(name));
        }
    }
    return result;
}

} // namespace

std::string_view to_string(Exclusion exclusion) noexcept {
    constexpr std::array<std::string_view, 4> k_names{"music_libraries", "exclude_paths", "exclude_genres", "max_duration_s"};
    return k_names[static_cast<std::size_t>(exclusion)];
}

TrackScope::TrackScope(const Settings& settings)
    : m_genres(normalised(settings.exclude_genres)), m_libraries(normalised(settings.music_libraries)),
      m_max_duration(settings.max_duration) {
    for (const std::string& path : settings.exclude_paths) {
        if (Segments segments = segments_of(path); !segments.empty()) {
            m_paths.push_back(std::move(segments));
        }
    }
}

std::optional<Exclusion> TrackScope::exclusion(const Track& track, std::optional<double> heard_s) const {
    if (!m_libraries.empty() && !track.library.empty() &&
        std::ranges::find(m_libraries, normalised_text(track.library)) == m_libraries.end()) {
        return Exclusion::music_libraries;
    }
    if (!m_paths.empty() && !track.path.empty()) {
        const Segments path = segments_of(track.path);
        if (std::ranges::any_of(m_paths, [&](const Segments& pattern) { return matches(pattern, path); })) {
            return Exclusion::exclude_paths;
        }
    }
    if (!m_genres.empty() && genre_matches(m_genres, track.genre)) {
        return Exclusion::exclude_genres;
    }
    const double length_s = heard_s.value_or(std::chrono::duration<double>(track.listed_length).count());
    if (m_max_duration.count() > 0 && length_s > static_cast<double>(m_max_duration.count())) {
        return Exclusion::max_duration_s;
    }
    return std::nullopt;
}

bool TrackScope::is_everything() const noexcept {
    return m_paths.empty() && m_genres.empty() && m_libraries.empty() && m_max_duration.count() == 0;
}

} // namespace audiomuse
