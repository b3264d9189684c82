#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

#include <base/result.hpp>
#include <domain/track_scope.hpp>
#include <domain/track_store.hpp>
#include <playlists/settings.hpp>
#include <playlists/track_features.hpp>

namespace audiomuse::app {

struct LoadedFeatures {
    std::vector<playlists::TrackFeatures> tracks;
    std::uint64_t excluded = 0; ///< analysed tracks that are out of scope
};

/// What clustering needs of every present track in scope that has moods, ordered by id; of the first `limit` of them when that is
/// not 0. Embeddings are loaded only when they are asked for. Error cancelled when the token fires.
[[nodiscard]] Result<LoadedFeatures> load_features(TrackStore& tracks, const TrackScope& scope, playlists::FeatureKind kind,
                                                   std::size_t limit, std::stop_token stop);

} // namespace audiomuse::app
