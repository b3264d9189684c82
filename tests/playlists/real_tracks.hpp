#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <cluster/random.hpp>
#include <playlists/track_features.hpp>

namespace audiomuse::playlists::testing {

/// `count` of the 632 clips in tests/data/playlists, drawn by the seed, with their moods and tempos from 60 to 180 BPM. Throws
/// std::runtime_error when the file is not what it should be.
inline std::vector<TrackFeatures> real_tracks(std::size_t count, std::uint64_t seed) {
    std::ifstream file(AUDIOMUSE_TEST_DATA "/playlists/moods_of_real_tracks.tsv");
    std::vector<TrackFeatures> tracks;
    cluster::Random random(seed);
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        std::string id;
        TrackFeatures track;
        fields >> id >> track.artist;
        track.id = TrackId(id);
        track.title = id;
        track.duration_s = 30;
        track.tempo_bpm = 60 + 120 * random.uniform();
        for (float& mood : track.moods) {
            fields >> mood;
            mood /= 1000;
        }
        if (!fields) {
            throw std::runtime_error("moods_of_real_tracks.tsv: " + line);
        }
        tracks.push_back(std::move(track));
    }
    if (count > tracks.size()) {
        throw std::runtime_error("moods_of_real_tracks.tsv holds " + std::to_string(tracks.size()) + " tracks");
    }
    for (std::size_t i = 0; i < count; ++i) {
        std::swap(tracks[i], tracks[i + random.below(tracks.size() - i)]);
    }
    tracks.resize(count);
    return tracks;
}

} // namespace audiomuse::playlists::testing
