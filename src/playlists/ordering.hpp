#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <cluster/matrix.hpp>

namespace audiomuse::playlists {

/// An order in which songs flow into each other: a walk from the first given song to the nearest one not yet played, then
/// improved by turning stretches round while that shortens the walk (2-opt, Croes 1958). Two songs of one artist follow each
/// other only where it cannot be helped. Above 300 songs the walk goes from section to section, from one end of the songs to the
/// other, so that the work stays linear. `sound` and `artists` (negative: unknown) have a row for every value in `songs`. Gives a
/// permutation of `songs`.
[[nodiscard]] std::vector<std::uint32_t> order_songs(std::span<const std::uint32_t> songs, cluster::MatrixView sound,
                                                     std::span<const std::int32_t> artists);

} // namespace audiomuse::playlists
