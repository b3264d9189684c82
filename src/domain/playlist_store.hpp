#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <base/result.hpp>
#include <domain/playlist.hpp>

namespace audiomuse {

/// The automatic playlists of the newest run and where they were published. Every call is one transaction. Safe to call from
/// several threads.
class PlaylistStore {
  public:
    PlaylistStore() = default;
    PlaylistStore(const PlaylistStore&) = delete;
    PlaylistStore& operator=(const PlaylistStore&) = delete;
    virtual ~PlaylistStore() = default;

    /// In the order in which the run proposed them, songs in published order. Tracks that are missing since are left out.
    [[nodiscard]] virtual Result<std::vector<Playlist>> current() = 0;
    /// Puts the given ones in the place of all current ones. Error conflict when two share an id or a name; then all stays as it
    /// was.
    [[nodiscard]] virtual Result<void> replace(std::span<const Playlist> playlists) = 0;

    /// All that sinks hold of ours, in the order in which it was first recorded: of the newest run, of older ones that broke off,
    /// and of sinks and users that the settings no longer name.
    [[nodiscard]] virtual Result<std::vector<PublishedPlaylist>> published() = 0;
    /// Adds or, for the same key, overwrites.
    [[nodiscard]] virtual Result<void> record_published(const PublishedPlaylist& playlist) = 0;
    [[nodiscard]] virtual Result<void> forget_published(const PublicationId& key) = 0;
};

} // namespace audiomuse
