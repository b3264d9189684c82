#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include <domain/analysis.hpp>
#include <domain/track.hpp>

namespace audiomuse {

/// A point in time, in seconds after the epoch.
[[nodiscard]] inline UtcTime at(std::int64_t seconds) { return UtcTime(std::chrono::seconds(seconds)); }

[[nodiscard]] inline Album sample_album(const std::string& id) {
    return {AlbumId(id), "Album " + id, "Artist of " + id, at(1'000)};
}

/// A track with every field set.
[[nodiscard]] inline Track sample_track(const std::string& id, FileStamp stamp = {1'000, 42}) {
    Track track;
    track.id = TrackId(id);
    track.album_id = AlbumId("a");
    track.title = "Title " + id;
    track.artist = "Artist " + id;
    track.album = "Album a";
    track.album_artist = "Artist of a";
    track.genre = "Ambient";
    track.path = "a/" + id + ".ogg";
    track.track_number = 7;
    track.year = 1999;
    track.library = "Music";
    track.listed_length = std::chrono::milliseconds(181'250);
    track.stamp = stamp;
    return track;
}

/// An analysis with every field set.
[[nodiscard]] inline Analysis sample_analysis(const std::string& identity = "0123456789abcdef0123456789abcdef") {
    Analysis analysis;
    analysis.duration_s = 181.25;
    analysis.tempo_bpm = 120.5;
    analysis.key = Key{9, Scale::minor};
    analysis.tempo_confidence = 0.375;
    analysis.key_confidence = 0.875;
    analysis.energy = 0.625;
    analysis.tags.emplace();
    analysis.embedding.emplace();
    analysis.moods.emplace();
    for (std::size_t i = 0; i < k_tag_count; ++i) {
        (*analysis.tags)[i] = static_cast<float>(i) / 64.0F;
    }
    for (std::size_t i = 0; i < k_embedding_size; ++i) {
        (*analysis.embedding)[i] = static_cast<float>(i) - 99.75F;
    }
    for (std::size_t i = 0; i < k_mood_count; ++i) {
        (*analysis.moods)[i] = static_cast<float>(i) / 32.0F;
    }
    analysis.partial = true;
    analysis.identity = AudioIdentity(identity);
    analysis.version = {3, 4, 5, 6};
    analysis.timings = {1.5, 2.5, 3.5, 4.5, 5.5, 17.5};
    return analysis;
}

} // namespace audiomuse
