#pragma once

#include <optional>
#include <string>
#include <vector>

#include <domain/analysis.hpp>
#include <domain/track.hpp>

namespace audiomuse::playlists {

/// What clustering and playlists need to know of one analysed track. Values that are not finite count as absent (tempo,
/// embedding) or as average (moods).
struct TrackFeatures {
    TrackId id;
    std::string title;
    std::string artist; ///< empty when unknown: then the album artist counts, and without both no limit of songs an artist
    std::string album_artist;
    std::string path;
    double duration_s = 0;
    std::optional<double> tempo_bpm;
    Moods moods{};
    std::vector<float> embedding; ///< k_embedding_size values, or empty when it is absent or not asked for
};

} // namespace audiomuse::playlists
