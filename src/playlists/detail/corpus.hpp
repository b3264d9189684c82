#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include <base/result.hpp>
#include <cluster/matrix.hpp>
#include <playlists/naming.hpp>
#include <playlists/settings.hpp>
#include <playlists/track_features.hpp>

namespace audiomuse::playlists::detail {

/// The tracks of a run as numbers: one row a track, in the order of the track ids, whatever order they were given in.
struct Corpus {
    std::vector<std::size_t> source;   ///< the given track behind each row
    cluster::Matrix features;          ///< what is clustered; standardised columns
    cluster::Matrix character;         ///< standardised tempo and moods; empty when `features` are the same
    cluster::Matrix moods;             ///< plain
    std::vector<float> tempo_bpm;      ///< 0: none
    std::vector<std::int32_t> artists; ///< equal for tracks of one artist; -1: unknown
    std::size_t library_size = 0;      ///< all tracks given: what automatic values depend on

    [[nodiscard]] std::size_t size() const noexcept { return source.size(); }
    /// Standardised tempo and moods: how alike two songs sound.
    [[nodiscard]] cluster::MatrixView sound() const noexcept { return character.rows() > 0 ? character.view() : features.view(); }
    [[nodiscard]] std::optional<double> tempo(std::size_t row) const noexcept {
        return tempo_bpm[row] > 0 ? std::optional<double>(tempo_bpm[row]) : std::nullopt;
    }
};

/// Leaves out tracks that are too long, repeat a song of an earlier id, or have no embedding when that is asked for. `cancelled`
/// is the only failure.
[[nodiscard]] Result<Corpus> make_corpus(std::span<const TrackFeatures> tracks, const ClusteringSettings& settings,
                                         std::stop_token stop);

/// The corpus of some rows of another, in the given order.
[[nodiscard]] Corpus subset(const Corpus& corpus, std::span<const std::size_t> rows);

/// Mean moods and median tempo of some rows, at least one.
[[nodiscard]] PlaylistCharacter character_of(std::span<const std::uint32_t> rows, const Corpus& corpus);

/// Up to `limit` rows in ascending order, drawn so that small groups keep their voice: tracks are grouped by their strongest
/// mood, each group gets up to max(100, median of the groups' sizes) places, and what is left is dealt out evenly among those
/// with tracks to spare.
[[nodiscard]] std::vector<std::size_t> stratified_sample(const Corpus& corpus, std::size_t limit, std::uint64_t seed);

} // namespace audiomuse::playlists::detail
