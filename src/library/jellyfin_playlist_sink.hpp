#pragma once

#include <optional>
#include <string>
#include <vector>

#include <domain/playlist_sink.hpp>
#include <library/detail/jellyfin_client.hpp>
#include <library/jellyfin_settings.hpp>

namespace audiomuse::library {

/// Playlists on a Jellyfin server, owned by the user of the settings.
///
/// A playlist is ours when its stored id is that of a playlist whose name and songs are as we left them; every other one belongs
/// to a person and is neither changed nor removed. `external_id` is the server's id, `content_hash` covers name and song ids as
/// the server shows them. Songs that the server no longer has are left out, which the log says; a playlist of which it took no
/// song is an error and is removed again.
///
/// A playlist is updated in place by additions, then removals, then moves. Removals and moves need a token of the user itself:
/// with an API key, and when more than 100 songs would have to move, a new playlist takes the place of the old one instead.
class JellyfinPlaylistSink final : public PlaylistSink {
  public:
    /// The HTTP client must outlive this.
    JellyfinPlaylistSink(JellyfinSettings settings, net::HttpClient& http) : m_client(std::move(settings), http) {}

    [[nodiscard]] std::string name() const override { return "Jellyfin"; }
    /// Errors: those of the settings (invalid_argument), unauthorized, unavailable, timed_out.
    [[nodiscard]] Result<PublishedPlaylist> publish(const Playlist& playlist,
                                                    const std::optional<PublishedPlaylist>& previous) override;
    /// Errors as those of publish().
    [[nodiscard]] Result<RemovalOutcome> remove(const PublishedPlaylist& playlist) override;

  private:
    enum class Ownership { ours, foreign, absent };
    struct Place { ///< of a song in a playlist
        std::string song;
        std::string entry;
    };
    struct Shown { ///< a playlist as the server has it now
        Ownership ownership = Ownership::absent;
        std::string id;
        std::string name;
        std::vector<Place> places;
        std::string hash;
    };

    [[nodiscard]] Result<Shown> look(const std::string& external_id, const std::string& content_hash);
    [[nodiscard]] Result<std::vector<Place>> read_places(const std::string& id);
    [[nodiscard]] Result<std::string> create(const std::string& name, const std::vector<std::string>& songs);
    [[nodiscard]] Result<void> add(const std::string& id, const std::vector<std::string>& songs, std::size_t first);
    [[nodiscard]] bool can_update(const Shown& shown, const std::vector<std::string>& songs, bool is_caller) const;
    [[nodiscard]] Result<void> update(const Shown& shown, const std::vector<std::string>& songs);
    /// What was made or changed, as it stands on the server now.
    [[nodiscard]] Result<PublishedPlaylist> verify(const Playlist& playlist, const std::string& id, std::size_t wanted);
    /// Only what look() has just seen to be a playlist.
    [[nodiscard]] Result<RemovalOutcome> erase(const Shown& shown);
    /// After a failure: nothing half-made stays.
    void discard(const std::string& id);

    detail::JellyfinClient m_client;
};

} // namespace audiomuse::library
