#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <base/result.hpp>
#include <domain/playlist_sink.hpp>
#include <domain/playlist_store.hpp>
#include <playlists/clustering.hpp>
#include <playlists/track_features.hpp>

namespace audiomuse::app {

/// Puts a run's playlists in the place of the last run's, for each owner that the sink names, in this order: make all that are
/// new, update those that continue one of the last run, replace them in the store, remove what was published before and is not
/// continued (also for owners who no longer get playlists). Nothing is removed when anything before it failed. A run that broke
/// off is cleaned up by the next one. Returns a sentence for each thing worth telling. Error cancelled when `stop` asked for it.
[[nodiscard]] Result<std::vector<std::string>> publish_playlists(std::span<const playlists::ProposedPlaylist> proposed,
                                                                 std::span<const playlists::TrackFeatures> tracks,
                                                                 PlaylistStore& store, PlaylistSink& sink,
                                                                 const std::stop_token& stop);

} // namespace audiomuse::app
