#pragma once

#include <span>
#include <string>
#include <vector>

#include <base/result.hpp>
#include <domain/playlist_sink.hpp>
#include <domain/playlist_store.hpp>
#include <playlists/clustering.hpp>
#include <playlists/track_features.hpp>

namespace audiomuse::app {

/// Puts a run's playlists in the place of the last run's, in this order: publish all new ones, replace them in the store, remove
/// what was published before and is not continued. Nothing is removed when anything before it failed. Returns a sentence for each
/// thing worth telling.
[[nodiscard]] Result<std::vector<std::string>> publish_playlists(std::span<const playlists::ProposedPlaylist> proposed,
                                                                 std::span<const playlists::TrackFeatures> tracks,
                                                                 PlaylistStore& store, PlaylistSink& sink);

} // namespace audiomuse::app
