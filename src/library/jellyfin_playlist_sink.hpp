#pragma once

#include <optional>
#include <string>
#include <vector>

#include <domain/playlist_sink.hpp>
#include <library/detail/jellyfin_client.hpp>
#include <library/jellyfin_settings.hpp>

namespace audiomuse::library {

/// Playlists on a Jellyfin server, for the users of the settings. Ids are the server's; a user is its id.
///
/// A playlist is updated by additions, then removals, then moves. Removals and moves need a token of the user itself: with an API
/// key, for another user, and when more than 100 songs would have to move, it needs a new playlist. Songs that the server does
/// not know it leaves out by itself. Only items of the type Playlist are ever shown by read(), and so removed: any other would go
/// from the disk.
class JellyfinPlaylistSink final : public PlaylistSink {
  public:
    /// The HTTP client must outlive this.
    JellyfinPlaylistSink(JellyfinSettings settings, net::HttpClient& http) : m_client(std::move(settings), http) {}

    [[nodiscard]] std::string name() const override { return "Jellyfin"; }
    [[nodiscard]] bool can_act_for(const PlaylistOwner& /*owner*/) const override { return true; }
    /// Errors: also invalid_argument (field `playlist_users`, which lists the choices).
    [[nodiscard]] Result<std::vector<PlaylistOwner>> owners(std::stop_token stop) override;
    [[nodiscard]] Result<SinkContent> content_of(const Playlist& playlist) const override;
    /// Playlists that others show to the owner are among them: the server does not say whose they are.
    [[nodiscard]] Result<std::vector<std::string>> ids_of_name(const PlaylistOwner& owner, const std::string& name,
                                                               std::stop_token stop) override;
    [[nodiscard]] Result<std::optional<SinkPlaylist>> read(const PlaylistOwner& owner, const std::string& id,
                                                           std::stop_token stop) override;
    [[nodiscard]] Result<std::string> create(const PlaylistOwner& owner, const SinkContent& content, const ChangeRecorder& record,
                                             std::stop_token stop) override;
    [[nodiscard]] Result<UpdateOutcome> update(const PlaylistOwner& owner, const SinkPlaylist& present,
                                               const std::vector<std::string>& songs, const ChangeRecorder& record,
                                               std::stop_token stop) override;
    [[nodiscard]] Result<RemovalOutcome> remove(const PlaylistOwner& owner, const SinkPlaylist& present,
                                                std::stop_token stop) override;
    [[nodiscard]] Result<std::vector<std::string>> lost_songs(const PlaylistOwner& owner, std::span<const std::string> songs,
                                                              std::stop_token stop) override;

  private:
    class Update;

    /// The playlist without its name; nothing when there is none.
    [[nodiscard]] Result<std::optional<SinkPlaylist>> read_songs(const PlaylistOwner& owner, const std::string& id,
                                                                 const std::stop_token& stop);
    /// Those of the items that the owner sees.
    [[nodiscard]] Result<std::vector<detail::JellyfinEntry>> items(const PlaylistOwner& owner, std::span<const std::string> ids,
                                                                   const std::stop_token& stop);
    /// A refusal, with what other users' playlists ask for.
    [[nodiscard]] Error explain(Error error) const;
    /// Whether a refusal is one of this playlist only, and not of the token.
    [[nodiscard]] bool is_of_this_playlist(const Error& refusal, const PlaylistOwner& owner, const std::string& id,
                                           const std::stop_token& stop);

    detail::JellyfinClient m_client;
};

} // namespace audiomuse::library
