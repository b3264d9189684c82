#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <cluster/random.hpp>
#include <playlists/track_features.hpp>

namespace audiomuse::playlists::testing {

/// `count` tracks of `artists` artists (in turn; 0: unknown artists) in `styles` styles: track i has style i % styles. A style
/// has three strong moods and a tempo of its own, and the embedding follows it.
inline std::vector<TrackFeatures> synthetic_library(std::size_t count, std::size_t artists, std::size_t styles,
                                                    std::uint64_t seed) {
    std::vector<TrackFeatures> tracks;
    cluster::Random random(seed);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t style = i % styles;
        TrackFeatures track;
        track.id = TrackId(fmt::format("track-{:06}", i));
        track.title = fmt::format("Song {}", i);
        track.artist = artists == 0 ? "" : fmt::format("Artist {}", random.below(artists));
        track.path = fmt::format("music/{}.ogg", i);
        track.duration_s = 200;
        track.tempo_bpm = 70.0 + 30.0 * static_cast<double>(style % 4) + 10 * random.uniform();
        for (std::size_t m = 0; m < k_mood_count; ++m) {
            const bool strong = m == style % k_mood_count || m == (style + 5) % k_mood_count || m == (style + 7) % k_mood_count;
            track.moods[m] =
                static_cast<float>((strong ? 0.7 : 0.4) + (m == style % k_mood_count ? 0.1 : 0) + 0.15 * random.uniform());
        }
        for (std::size_t e = 0; e < k_embedding_size; ++e) {
            track.embedding.push_back(static_cast<float>((e % styles == style ? 3 : 0) + random.uniform()));
        }
        tracks.push_back(std::move(track));
    }
    return tracks;
}

/// The songs of all playlists.
template <class Playlists>
std::vector<std::size_t> all_songs(const Playlists& playlists) {
    std::vector<std::size_t> songs;
    for (const auto& playlist : playlists) {
        songs.insert(songs.end(), playlist.tracks.begin(), playlist.tracks.end());
    }
    return songs;
}

} // namespace audiomuse::playlists::testing
