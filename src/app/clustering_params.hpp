#pragma once

#include <string>

#include <app/requests.hpp>
#include <base/result.hpp>
#include <playlists/settings.hpp>

namespace audiomuse::app {

/// The settings of one clustering: the configured ones with what the request gives in their place.
///
/// When the request gives one end of a range only and it lies beyond the configured other end, that end moves to it. Error
/// invalid_argument with the field for a value out of range and for a given min above a given max.
[[nodiscard]] Result<playlists::ClusteringSettings> merge(const playlists::ClusteringSettings& configured,
                                                          const ClusteringRequest& request);

/// A JSON object with the keys in a fixed order: equal settings give equal texts. Stored as the params of the task.
[[nodiscard]] std::string to_json(const playlists::ClusteringSettings& settings);
[[nodiscard]] Result<playlists::ClusteringSettings> parse_clustering_settings(const std::string& json);

} // namespace audiomuse::app
