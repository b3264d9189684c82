#pragma once

#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <base/result.hpp>
#include <domain/playlist.hpp>

namespace audiomuse {

/// A playlist that a sink has.
struct SinkPlaylist {
    std::string id; ///< the sink's
    SinkContent content;
    /// Of each song's place, where the sink gives places ids of their own; else empty.
    std::vector<std::string> places{};
    std::optional<bool> is_public{}; ///< nothing where the sink does not say
};

enum class UpdateOutcome {
    unchanged,
    updated,
    needs_new, ///< this sink cannot make these songs of it in place; nothing was changed
    refused    ///< the sink does not let us change it: it belongs to another user
};

enum class RemovalOutcome {
    removed,
    already_gone,
    refused ///< as in UpdateOutcome
};

/// Called before each request that changes a playlist, with the songs that it will hold then. An error ends the work before the
/// request.
using ChangeRecorder = std::function<Result<void>(const std::vector<std::string>& songs)>;

/// Where finished playlists go: a folder of m3u8 files or a media server. One caller at a time.
///
/// It keeps no memory and makes no decision: which playlist is ours, and what to do about it, is the caller's. Errors of every
/// call: unauthorized (the credentials), unavailable, timed_out, cancelled, io, invalid_argument (a setting). A change that
/// failed may have happened all the same.
class PlaylistSink {
  public:
    PlaylistSink() = default;
    PlaylistSink(const PlaylistSink&) = delete;
    PlaylistSink& operator=(const PlaylistSink&) = delete;
    virtual ~PlaylistSink() = default;

    /// What people call it, as in "updated on Jellyfin".
    [[nodiscard]] virtual std::string name() const = 0;

    /// Who gets the playlists; at least one, all of the same sink.
    [[nodiscard]] virtual Result<std::vector<PlaylistOwner>> owners(std::stop_token stop) = 0;

    /// False when the credentials are of one user and the owner is another: calls for him would look at, and change, the wrong
    /// user's playlists. Other calls take any owner of this sink for whom this is true.
    [[nodiscard]] virtual bool can_act_for(const PlaylistOwner& owner) const = 0;

    /// What this playlist is in the sink's words.
    [[nodiscard]] virtual Result<SinkContent> content_of(const Playlist& playlist) const = 0;

    /// The ids of the owner's playlists of that name.
    [[nodiscard]] virtual Result<std::vector<std::string>> ids_of_name(const PlaylistOwner& owner, const std::string& name,
                                                                       std::stop_token stop) = 0;

    /// Nothing when the owner has no playlist of that id.
    [[nodiscard]] virtual Result<std::optional<SinkPlaylist>> read(const PlaylistOwner& owner, const std::string& id,
                                                                   std::stop_token stop) = 0;

    /// Makes a playlist of as many of the songs as one request can take, and returns its id; update() adds the others. Further
    /// error: not_found when the sink refuses and a song that it does not know may be the reason.
    [[nodiscard]] virtual Result<std::string> create(const PlaylistOwner& owner, const SinkContent& content,
                                                     const ChangeRecorder& record, std::stop_token stop) = 0;

    /// Gives a playlist that read() has just shown these songs, additions first. Further errors: as that of create(); conflict
    /// when somebody else changed it meanwhile.
    [[nodiscard]] virtual Result<UpdateOutcome> update(const PlaylistOwner& owner, const SinkPlaylist& present,
                                                       const std::vector<std::string>& songs, const ChangeRecorder& record,
                                                       std::stop_token stop) = 0;

    /// Removes a playlist that read() has just shown.
    [[nodiscard]] virtual Result<RemovalOutcome> remove(const PlaylistOwner& owner, const SinkPlaylist& present,
                                                        std::stop_token stop) = 0;

    /// Those of the songs that the sink does not have, or does not show to the owner.
    [[nodiscard]] virtual Result<std::vector<std::string>>
    lost_songs(const PlaylistOwner& owner, std::span<const std::string> songs, std::stop_token stop) = 0;
};

} // namespace audiomuse
