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
struct ServerPlaylist;
} // namespace detail

/// Playlists of a user of a Subsonic or OpenSubsonic server.
///
/// A playlist is ours when its id is the stored one and its name and songs are as we left them; every other belongs to a person
/// and is neither changed nor removed. Songs that the server no longer knows are left out, with a warning. What was made is read
/// back: a playlist that the server did not keep as it was sent is an error, and a new one is removed again. `external_id` is the
/// server's.
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
    /// Errors: unauthorized, unavailable, timed_out, damaged; not_found when the server knows none of the songs; conflict when it
    /// keeps others than were sent.
    [[nodiscard]] Result<PublishedPlaylist> publish(const Playlist& playlist,
                                                    const std::optional<PublishedPlaylist>& previous) override;
    /// Errors: unauthorized, unavailable, timed_out, damaged.
    [[nodiscard]] Result<RemovalOutcome> remove(const PublishedPlaylist& playlist) override;

  private:
    [[nodiscard]] Result<std::optional<detail::ServerPlaylist>> find_ours(const std::optional<PublishedPlaylist>& previous);
    [[nodiscard]] Result<detail::ServerPlaylist> create(const Playlist& playlist, std::vector<std::string> songs);
    [[nodiscard]] Result<detail::ServerPlaylist> bring_to(const std::string& id, const std::string& title,
                                                          std::vector<std::string> songs);
    [[nodiscard]] Result<std::vector<std::string>> known_songs(const std::vector<std::string>& songs, const std::string& title);
    void show_to_the_right_people(const detail::ServerPlaylist& playlist);

    Settings m_settings;
    std::unique_ptr<detail::SubsonicClient> m_client;
    std::unique_ptr<detail::SubsonicPlaylists> m_playlists;
};

} // namespace audiomuse::library
