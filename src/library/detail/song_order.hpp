#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

/// How the songs of a playlist become others by additions at its end, removals and moves. No song is twice in a playlist.
namespace audiomuse::library::detail {

/// Those of the first that the second has not, in order.
[[nodiscard]] std::vector<std::string> without(const std::vector<std::string>& songs, const std::vector<std::string>& others);

/// What stays of `songs`, and then what is new: how a playlist looks after additions and removals.
[[nodiscard]] std::vector<std::string> merged(const std::vector<std::string>& songs, const std::vector<std::string>& wanted);

/// Which song has to go to which index, one after another, until the songs are in the wanted order; ends when there are more than
/// `most`.
[[nodiscard]] std::vector<std::pair<std::string, std::size_t>> moves(std::vector<std::string> songs,
                                                                     const std::vector<std::string>& wanted, std::size_t most);

} // namespace audiomuse::library::detail
