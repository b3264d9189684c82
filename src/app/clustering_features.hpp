#pragma once

#include <cstddef>
#include <stop_token>
#include <vector>

#include <base/result.hpp>
#include <domain/track_store.hpp>
#include <playlists/settings.hpp>
#include <playlists/track_features.hpp>

namespace audiomuse::app {

/// What clustering needs of every present track that has moods, ordered by id; of the first `limit` of them when that is not 0.
/// Embeddings are loaded only when they are asked for. Error cancelled when the token fires.
[[nodiscard]] Result<std::vector<playlists::TrackFeatures>> load_features(TrackStore& tracks, playlists::FeatureKind kind,
                                                                          std::size_t limit, std::stop_token stop);

} // namespace audiomuse::app
