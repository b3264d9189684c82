#pragma once

#include <optional>
#include <string>
#include <vector>

#include <base/clock.hpp>
#include <base/id.hpp>
#include <domain/track.hpp>

namespace audiomuse {

using PlaylistId = Id<struct PlaylistTag>;

/// A song as playlists, exports and sinks need it.
struct PlaylistSong {
    TrackId id;
    std::string title;
    std::string artist;
    std::string path; ///< as in Track
    double duration_s = 0;
};

/// An automatic playlist of the newest clustering run.
struct Playlist {
    PlaylistId id;
    std::string name;                ///< ends in "_automatic", unique within a run
    std::vector<PlaylistSong> songs; ///< in published order
    UtcTime created{};
};

/// Whose playlists they are: those of one user of one sink.
struct PlaylistOwner {
    std::string sink; ///< names a folder or a server
    std::string user; ///< empty where a sink knows none

    friend bool operator==(const PlaylistOwner&, const PlaylistOwner&) = default;
};

/// A playlist's name and songs in the words of a sink: the ids that a server gave the songs, or the lines of a file.
struct SinkContent {
    std::string name;
    std::vector<std::string> songs; ///< in order

    friend bool operator==(const SinkContent&, const SinkContent&) = default;
};

using PublicationId = Id<struct PublicationTag>;

/// The journal's entry of a playlist that we made in a sink, written before each change there, so that the next run finds, checks
/// and replaces exactly that and nothing else. A different content belongs to a person.
struct PublishedPlaylist {
    PublicationId key;
    PlaylistId id; ///< ours
    PlaylistOwner owner;
    /// The sink's: a file name in the folder, or the server's id. Empty while it is being made and the sink has not said its id.
    std::string external_id;
    SinkContent content;                                  ///< what we left there, or what the making of it begins with
    std::optional<std::vector<std::string>> next_songs{}; ///< what a change under way makes of the songs: also ours
    std::vector<std::string> others{}; ///< while it is being made: the ids of playlists of its name that were there before
    /// Of the content, in entries of programs that stored no more. Else empty.
    std::vector<std::string> old_hashes{};
};

} // namespace audiomuse
