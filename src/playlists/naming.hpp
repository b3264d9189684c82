#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <domain/analysis.hpp>

namespace audiomuse::playlists {

enum class TempoClass { slow, medium, fast };

/// Slow below 90 BPM, Medium below 125, Fast from there. Music without a beat (no tempo) counts as Slow.
[[nodiscard]] TempoClass tempo_class(std::optional<double> tempo_bpm) noexcept;

/// "Slow", "Medium", "Fast".
[[nodiscard]] std::string_view to_string(TempoClass tempo) noexcept;

/// Of an even number of values the mean of the two in the middle; absent for none.
[[nodiscard]] std::optional<double> median(std::vector<double> values);

/// What a playlist is named after.
struct PlaylistCharacter {
    Moods moods{}; ///< means of the plain moods of its songs
    std::optional<double> median_tempo_bpm;
};

/// How many moods each playlist's name needs so that all names differ; all of them where even that is not enough.
[[nodiscard]] std::vector<std::size_t> name_lengths(std::span<const PlaylistCharacter> playlists);

/// One name for each playlist, all different and none of them in `taken`: the strongest mood in title case, the tempo class,
/// "_automatic". Playlists that would share a name, and those whose name is taken, take their next strongest moods until they
/// differ. Only when all moods come in the same order do they get a number, after the shortest name that is theirs.
[[nodiscard]] std::vector<std::string> name_playlists(std::span<const PlaylistCharacter> playlists,
                                                      std::span<const std::string> taken);

} // namespace audiomuse::playlists
