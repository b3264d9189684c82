#pragma once

#include <cstdint>
#include <vector>

#include <base/result.hpp>
#include <domain/music_source.hpp>
#include <domain/track_store.hpp>
#include <store/detail/connection.hpp>

namespace audiomuse::store::detail {

/// Equal for tracks of the same size, listed length, normalised artist and title; 0 when one of them is not known.
[[nodiscard]] std::int64_t match_key(const Track& track);

struct AdoptedBatch {
    std::vector<MovedTrack> adopted;
    std::int64_t last = 0; ///< where the next batch begins; 0: there is nothing more
};

/// Gives up to a thousand new tracks, from the row after `after` on, the analyses of the missing ones that they match. All within
/// the caller's transaction.
[[nodiscard]] Result<AdoptedBatch> adopt_some(Connection& connection, const SourceId& source, std::int64_t after, UtcTime now);

} // namespace audiomuse::store::detail
