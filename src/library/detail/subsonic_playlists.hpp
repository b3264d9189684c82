#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <domain/playlist_sink.hpp>
#include <library/detail/subsonic_client.hpp>

namespace audiomuse::library::detail {

/// How many of the ids, each sent as `name=id`, fit into so many bytes; at least one.
[[nodiscard]] std::size_t count_that_fits(std::span<const std::string> ids, std::string_view name, std::size_t space);

/// The protocol's playlist calls, in as many requests as the server's limits ask for.
class SubsonicPlaylists {
  public:
    explicit SubsonicPlaylists(SubsonicClient& client) : m_client(client) {}

    /// Nothing when there is none of this id. One that may not be read has neither name nor songs.
    [[nodiscard]] SubsonicOutcome<std::optional<SinkPlaylist>> find(const std::string& id, const std::stop_token& stop);
    /// The ids of the user's playlists of this name.
    [[nodiscard]] SubsonicOutcome<std::vector<std::string>> ids_of_name(const std::string& name, const std::stop_token& stop);
    /// Makes a playlist of as many of the songs as go into one request. Returns its id.
    [[nodiscard]] SubsonicOutcome<std::string> create(const SinkContent& content, const ChangeRecorder& record,
                                                      const std::stop_token& stop);
    /// Turns the songs of a playlist into these: additions first, and in one request where it fits.
    [[nodiscard]] SubsonicOutcome<void> update(const SinkPlaylist& present, std::span<const std::string> songs,
                                               const ChangeRecorder& record, const std::stop_token& stop);
    [[nodiscard]] SubsonicOutcome<void> set_public(const std::string& id, bool is_public, const std::stop_token& stop);
    /// False when there was none of this id.
    [[nodiscard]] SubsonicOutcome<bool> erase(const std::string& id, const std::stop_token& stop);
    /// False only when the server says so of the song; an error without a reason is asked about once more, then returned.
    [[nodiscard]] SubsonicOutcome<bool> knows_song(const std::string& id, const std::stop_token& stop);

  private:
    [[nodiscard]] SubsonicOutcome<std::size_t> space(const std::stop_token& stop);
    [[nodiscard]] SubsonicOutcome<void> change(const net::Parameters& parameters, const std::stop_token& stop);

    SubsonicClient& m_client;
    bool m_create_tells_id = false; ///< seen once: the list of before need not be asked for any more
};

} // namespace audiomuse::library::detail
