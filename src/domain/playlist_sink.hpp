#pragma once

#include <optional>
#include <string>

#include <base/result.hpp>
#include <domain/playlist.hpp>

namespace audiomuse {

enum class RemovalOutcome {
    removed,
    already_gone,
    kept_because_changed ///< a person changed it since: it is theirs now
};

/// Where finished playlists go: a folder of m3u8 files or a media server. One caller at a time.
class PlaylistSink {
  public:
    PlaylistSink() = default;
    PlaylistSink(const PlaylistSink&) = delete;
    PlaylistSink& operator=(const PlaylistSink&) = delete;
    virtual ~PlaylistSink() = default;

    /// What people call it, as in "updated on Jellyfin".
    [[nodiscard]] virtual std::string name() const = 0;

    /// Makes the playlist complete before it returns. `previous` is where the last run put the playlist that this one continues:
    /// it is updated in place when it is still as we left it; else a new one is made beside it and the person's stays.
    [[nodiscard]] virtual Result<PublishedPlaylist> publish(const Playlist& playlist,
                                                            const std::optional<PublishedPlaylist>& previous) = 0;

    /// Removes what publish() made, unless a person changed it since.
    [[nodiscard]] virtual Result<RemovalOutcome> remove(const PublishedPlaylist& playlist) = 0;
};

} // namespace audiomuse
