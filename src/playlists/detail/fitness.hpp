#pragma once

#include <playlists/detail/corpus.hpp>
#include <playlists/detail/grouping.hpp>

namespace audiomuse::playlists::detail {

/// What a set of playlists is worth; each from 0 to 1, described in docs/clustering.md.
struct Fitness {
    double placed = 0;  ///< songs in playlists, of those that could be
    double variety = 0; ///< playlists, of the number wanted
    double diversity =
        0; ///< how few moods tell the playlists apart: 1 / moods in the name, mean over the playlists, or those wanted
    double purity = 0;   ///< share of the spread in tempo and mood that the playlists explain
    double strength = 0; ///< how strongly songs have the mood that their playlist is named after

    /// 0.30 placed + 0.20 variety + 0.20 diversity + 0.20 purity + 0.10 strength.
    [[nodiscard]] double score() const noexcept {
        return 0.30 * placed + 0.20 * variety + 0.20 * diversity + 0.20 * purity + 0.10 * strength;
    }
};

[[nodiscard]] Fitness evaluate(const Groups& groups, const Corpus& corpus, const PlaylistPlan& plan);

} // namespace audiomuse::playlists::detail
