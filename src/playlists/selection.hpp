#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace audiomuse::playlists {

/// A track of a cluster that may come into its playlist.
struct Candidate {
    std::uint32_t track = 0;  ///< the caller's number of it
    std::int32_t artist = -1; ///< equal for songs of one artist; negative: unknown, which no limit counts
    float distance = 0;       ///< to the centre
};

struct SelectionLimits {
    double max_distance = 0.5;
    std::size_t max_songs = 40;           ///< 0: no limit
    std::size_t max_songs_per_artist = 3; ///< 0: no limit
    std::size_t min_songs = 5;            ///< of a playlist; at most max_songs when that is a limit
};

/// min(5, max(3, tracks / 5)), but no more than there are tracks, or than a limit of songs allows.
[[nodiscard]] std::size_t smallest_playlist(std::size_t tracks, std::size_t max_songs) noexcept;

/// The candidates without those whose distance, divided by four times the median distance of all, is above `max_distance`; the
/// closest first, of equal ones the lower track.
[[nodiscard]] std::vector<Candidate> within_reach(std::vector<Candidate> cluster, double max_distance);

struct Selection {
    std::vector<std::uint32_t> tracks; ///< the closest first; empty when the candidates cannot make a playlist
    std::size_t artist_limit = 0;      ///< the limit that was needed; 0: none
};

/// Takes candidates in the given order while the limits of songs and of songs an artist allow. When that gives fewer than
/// min_songs though there are enough candidates, the artist limit gives way, one at a time, until it gives just enough.
[[nodiscard]] Selection select_songs(std::span<const Candidate> candidates, const SelectionLimits& limits);

} // namespace audiomuse::playlists
