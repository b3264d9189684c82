#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <domain/playlist.hpp>
#include <domain/track.hpp>

namespace audiomuse::playlists {

/// A playlist as far as it matters here: its name and which songs it holds.
struct PlaylistContent {
    std::string name;
    std::vector<TrackId> songs;
};

struct PreviousPlaylist {
    PlaylistId id;
    PlaylistContent content;
};

/// How a run's playlists follow those of the last run.
struct Continuation {
    std::vector<std::optional<std::size_t>> previous; ///< for each new playlist: the index of the one it continues
    std::vector<std::size_t> ended;                   ///< indices of previous playlists that nothing continues, ascending
};

/// The least overlap (songs in both / songs in either, Jaccard) that counts as the same playlist.
inline constexpr double k_least_overlap = 1.0 / 3;

/// Pairs new playlists with old ones, each at most once, the greatest overlap first; of equal overlaps those with equal names,
/// then the lower indices. A pair continues when its overlap is at least k_least_overlap. Linear in the songs.
[[nodiscard]] Continuation continue_playlists(std::span<const PreviousPlaylist> previous,
                                              std::span<const PlaylistContent> current);

} // namespace audiomuse::playlists
