#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <domain/track.hpp>

namespace audiomuse {

/// Which setting leaves a track out.
enum class Exclusion { music_libraries, exclude_paths, exclude_genres, max_duration_s };

/// The name of the setting.
[[nodiscard]] std::string_view to_string(Exclusion exclusion) noexcept;

/// Which tracks of a source belong to the library that is analysed and clustered. Decides by what a listing says, so that
/// analysis and clustering agree. Immutable; safe to use from several threads.
class TrackScope {
  public:
    struct Settings {
        /// Folders, and patterns over whole paths, each from the root of the source's paths; everything below what matches is
        /// left out. `*` and `?` stand for any characters and one character of a name, `**` for any number of folders.
        std::vector<std::string> exclude_paths{};
        /// Each is compared with the whole genre of a track and with each of several that `;`, `,`, `/`, `\` or `|` separate;
        /// `*` and `?` as above.
        std::vector<std::string> exclude_genres{};
        std::chrono::seconds max_duration{0};       ///< 0: no limit
        std::vector<std::string> music_libraries{}; ///< names; empty: all
    };

    /// Everything belongs to it.
    TrackScope() = default;
    /// Empty patterns are passed over. In all texts letters in both cases (Latin, Greek and Cyrillic) are the same, and so are
    /// `/` and `\` in paths.
    explicit TrackScope(const Settings& settings);

    /// Why a track is left out, if it is. `heard_s` is the length that was measured when the whole track was decoded; it counts
    /// in place of the listed one. What is not known (a path, a genre, a library, a length) leaves nothing out.
    [[nodiscard]] std::optional<Exclusion> exclusion(const Track& track, std::optional<double> heard_s) const;

    /// True when nothing is ever left out.
    [[nodiscard]] bool is_everything() const noexcept;

  private:
    using Segments = std::vector<std::string>; ///< of a path or a pattern, normalised

    std::vector<Segments> m_paths;
    std::vector<std::string> m_genres;
    std::vector<std::string> m_libraries;
    std::chrono::seconds m_max_duration{0};
};

} // namespace audiomuse
