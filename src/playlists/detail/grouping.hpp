#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <cluster/labels.hpp>
#include <cluster/matrix.hpp>
#include <playlists/detail/corpus.hpp>
#include <playlists/selection.hpp>

namespace audiomuse::playlists::detail {

/// What playlists a library of a given size should have.
struct PlaylistPlan {
    SelectionLimits limits;
    std::size_t most_playlists = 60;   ///< up to which clusters are divided
    std::size_t comfortable_songs = 0; ///< a part of twice as many tracks may be divided
    std::size_t wanted_playlists = 2;  ///< for the fitness: what is enough
    std::size_t reachable_songs = 0;   ///< for the fitness: what could be placed at most
};

[[nodiscard]] PlaylistPlan make_plan(const ClusteringSettings& settings, const Corpus& corpus);

/// The songs (rows of the corpus) of each playlist, the closest to its centre first.
using Groups = std::vector<std::vector<std::uint32_t>>;

/// Makes playlists of clusters. Of each cluster the tracks within reach of its centre are taken. A part that is large, or whose
/// limits leave enough songs over for another playlist, is cut in two across the direction in which it is longest, as long as
/// both halves make a playlist without a weaker artist limit, no song is lost by it, and the plan allows more playlists. `points`
/// is the space that was clustered, `labels` its clusters.
[[nodiscard]] Groups group_tracks(cluster::MatrixView points, const cluster::Labels& labels, std::size_t clusters,
                                  const Corpus& corpus, const PlaylistPlan& plan);

} // namespace audiomuse::playlists::detail
