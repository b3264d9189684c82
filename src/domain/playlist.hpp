#pragma once

#include <cstdint>
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

/// Where a sink put a playlist, so that the next run can find, check and replace exactly that and nothing else.
struct PublishedPlaylist {
    PlaylistId id;            ///< ours
    std::string external_id;  ///< the sink's: a path relative to the playlists folder, or the server's id
    std::string content_hash; ///< what we wrote; a different content belongs to a person
    /// What it held before an update that may not have been finished: also ours. Empty otherwise.
    std::string previous_hash{};
};

} // namespace audiomuse
