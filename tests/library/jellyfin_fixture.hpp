#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <library/jellyfin_music_source.hpp>
#include <library/jellyfin_playlist_sink.hpp>
#include <net/http_client.hpp>
#include <support/temporary_tree.hpp>

#include "jellyfin_server.hpp"

namespace audiomuse::test {

inline net::ClientSettings hasty_client() {
    using std::chrono::milliseconds;
    net::ClientSettings settings;
    settings.retry = {
        .attempts = 2, .first_pause = milliseconds(2), .longest_pause = milliseconds(4), .longest_retry_after = milliseconds(20)};
    return settings;
}

inline library::JellyfinSettings jellyfin_settings(const JellyfinServer& server, std::string token = "secret") {
    library::JellyfinSettings settings;
    settings.url = server.address();
    settings.token = std::move(token);
    settings.device_id = "0123";
    settings.version = "1.0";
    return settings;
}

inline UtcTime at_second(int seconds) { return UtcTime(std::chrono::seconds(1'600'000'000 + seconds)); }

/// A server, a client, and what a listing gave.
class JellyfinTest : public testing::Test {
  protected:
    struct Seen {
        Album album;
        std::vector<Track> tracks;
    };

    Result<Listing> list(const library::JellyfinSettings& settings, AlbumLimit limit = {}) {
        library::JellyfinMusicSource source(settings, {.spool_folder = m_folder.path()}, m_http);
        return list(source, limit);
    }
    Result<Listing> list(MusicSource& source, AlbumLimit limit = {}) {
        m_seen.clear();
        return source.visit_albums(limit,
                                   [&](const Album& album, std::span<const Track> tracks) -> Result<void> {
                                       m_seen.push_back({album, {tracks.begin(), tracks.end()}});
                                       return {};
                                   },
                                   {});
    }
    std::vector<std::string> titles() const {
        std::vector<std::string> result;
        for (const Seen& seen : m_seen) {
            result.push_back(seen.album.title);
        }
        return result;
    }

    JellyfinServer m_server;
    net::HttpClient m_http{hasty_client()};
    TemporaryTree m_folder;
    std::vector<Seen> m_seen;
};

} // namespace audiomuse::test
