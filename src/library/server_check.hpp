#pragma once

#include <algorithm>
#include <stop_token>
#include <string>
#include <vector>

#include <domain/music_source.hpp>
#include <domain/playlist_sink.hpp>

namespace audiomuse::library {

enum class FindingLevel {
    good,
    warning, ///< it works, but less than it could
    bad      ///< analysis or playlists will not work
};

/// One thing that a connection check found out, as a sentence for people. Holds no secret.
struct Finding {
    FindingLevel level = FindingLevel::good;
    std::string sentence;
};

/// What a connection check of a media server found, in the order in which it looked. It ends at the first finding that makes
/// further looking pointless.
struct ServerCheck {
    std::vector<Finding> findings;

    [[nodiscard]] bool usable() const noexcept {
        return std::ranges::none_of(findings, [](const Finding& finding) { return finding.level == FindingLevel::bad; });
    }
};

/// Whether a connection check may make a playlist of one song on the server and remove it again: no other way shows that
/// playlists can be made.
enum class PlaylistTrial { make_and_remove, none };

/// Makes a playlist of this song and removes it again.
[[nodiscard]] Finding try_playlist(PlaylistSink& sink, const Track& track, const std::stop_token& stop);

/// Tries what analysis and playlists do: lists the newest album, fetches its first song, makes a playlist of it.
[[nodiscard]] ServerCheck check_by_use(MusicSource& source, PlaylistSink& sink, PlaylistTrial trial, std::stop_token stop);

} // namespace audiomuse::library
