#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <domain/playlist_sink.hpp>
#include <library/subsonic_access.hpp>
#include <net/http_client.hpp>

namespace audiomuse::library {

namespace detail {
class SubsonicClient;
class SubsonicPlaylists;
struct SubsonicFailure;
} // namespace detail

/// Playlists of a user of a Subsonic or OpenSubsonic server. Ids are the server's; the only owner is the user who logs in.
///
/// Servers differ in what they do about a song that they do not know: some refuse, some leave it out, one says ok and makes the
/// playlist empty. So what was made has to be read back.
class SubsonicPlaylistSink final : public PlaylistSink {
  public:
    enum class Visibility { of_the_user, everyone };

    struct Settings {
        SubsonicAccess access;
        Visibility visibility = Visibility::of_the_user;
    };

    /// The HTTP client must outlive this object.
    SubsonicPlaylistSink(Settings settings, net::HttpClient& http);
    ~SubsonicPlaylistSink() override;

    /// "Navidrome" once the server has said so, else "the Subsonic server".
    [[nodiscard]] std::string name() const override;
    [[nodiscard]] bool can_act_for(const PlaylistOwner& owner) const override;
    [[nodiscard]] Result<std::vector<PlaylistOwner>> owners(std::stop_token stop) override;
    [[nodiscard]] Result<SinkContent> content_of(const Playlist& playlist) const override;
    [[nodiscard]] Result<std::vector<std::string>> ids_of_name(const PlaylistOwner& owner, const std::string& name,
                                                               std::stop_token stop) override;
    /// A playlist of somebody else that may not be read has neither name nor songs.
    [[nodiscard]] Result<std::optional<SinkPlaylist>> read(const PlaylistOwner& owner, const std::string& id,
                                                           std::stop_token stop) override;
    [[nodiscard]] Result<std::string> create(const PlaylistOwner& owner, const SinkContent& content, const ChangeRecorder& record,
                                             std::stop_token stop) override;
    /// Shows the playlist to the right people, too: a failure of that is only logged.
    [[nodiscard]] Result<UpdateOutcome> update(const PlaylistOwner& owner, const SinkPlaylist& present,
                                               const std::vector<std::string>& songs, const ChangeRecorder& record,
                                               std::stop_token stop) override;
    [[nodiscard]] Result<RemovalOutcome> remove(const PlaylistOwner& owner, const SinkPlaylist& present,
                                                std::stop_token stop) override;
    /// Asks for each song.
    [[nodiscard]] Result<std::vector<std::string>> lost_songs(const PlaylistOwner& owner, std::span<const std::string> songs,
                                                              std::stop_token stop) override;

  private:
    void show_to_the_right_people(const SinkPlaylist& playlist, const std::stop_token& stop);

    Settings m_settings;
    std::unique_ptr<detail::SubsonicClient> m_client;
    std::unique_ptr<detail::SubsonicPlaylists> m_playlists;
};

} // namespace audiomuse::library
