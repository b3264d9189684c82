#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <library/detail/subsonic_client.hpp>

namespace audiomuse::library::detail {

/// A playlist as the server has it.
struct ServerPlaylist {
    std::string id;
    std::string name;
    std::optional<bool> is_public; ///< nothing when the server does not say
    std::vector<std::string> songs;
};

/// The identity of a playlist's name and songs.
[[nodiscard]] std::string content_hash(const ServerPlaylist& playlist);

/// How many of the ids, each sent as `name=id`, fit into so many bytes; at least one.
[[nodiscard]] std::size_t count_that_fits(std::span<const std::string> ids, std::string_view name, std::size_t space);

/// The protocol's playlist calls, in as many requests as the server's limits ask for.
class SubsonicPlaylists {
  public:
    explicit SubsonicPlaylists(SubsonicClient& client) : m_client(client) {}

    /// Nothing when there is none of this id. One that may not be read has neither name nor songs.
    [[nodiscard]] SubsonicOutcome<std::optional<ServerPlaylist>> find(const std::string& id);
    /// Makes a playlist of as many of the songs as go into one request. Returns its id.
    [[nodiscard]] SubsonicOutcome<std::string> create(const std::string& name, std::span<const std::string> songs);
    /// Turns the songs of a playlist into these: additions first, and in one request where it fits.
    [[nodiscard]] SubsonicOutcome<void> update(const ServerPlaylist& present, std::span<const std::string> songs);
    [[nodiscard]] SubsonicOutcome<void> set_public(const std::string& id, bool is_public);
    /// False when there was none of this id.
    [[nodiscard]] SubsonicOutcome<bool> erase(const std::string& id);
    [[nodiscard]] SubsonicOutcome<bool> knows_song(const std::string& id);

  private:
    [[nodiscard]] SubsonicOutcome<std::vector<ServerPlaylist>> list();
    [[nodiscard]] SubsonicOutcome<std::size_t> space();
    [[nodiscard]] SubsonicOutcome<void> change(const net::Parameters& parameters);

    SubsonicClient& m_client;
    bool m_create_tells_id = false; ///< seen once: the list of before need not be asked for any more
};

} // namespace audiomuse::library::detail
