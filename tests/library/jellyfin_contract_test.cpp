// The contracts of both ports on the Jellyfin adapters.
#include <memory>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <support/music_source_contract.hpp>
#include <support/playlist_sink_contract.hpp>

#include "jellyfin_fixture.hpp"

namespace audiomuse::test {
namespace {

class JellyfinSourceHarness final : public MusicSourceHarness {
  public:
    MusicSource& source() override { return m_source; }
    void add_album(const std::string& title, const std::string& artist, int tracks, UtcTime added) override {
        m_server.add_album(title, artist, tracks, added);
    }
    void remove_audio(const Track& track) override {
        const std::lock_guard lock(m_server.mutex);
        std::ranges::find(m_server.songs, track.id.str(), &JellyfinServer::Song::id)->gone = true;
    }

  private:
    JellyfinServer m_server;
    TemporaryTree m_folder;
    net::HttpClient m_http{hasty_client()};
    library::JellyfinMusicSource m_source{jellyfin_settings(m_server), {.spool_folder = m_folder.path()}, m_http};
};

class JellyfinSinkHarness : public PlaylistSinkHarness {
  public:
    explicit JellyfinSinkHarness(std::string token = "secret") : m_sink(jellyfin_settings(m_server, std::move(token)), m_http) {
        for (int i = 1; i <= 10; ++i) {
            m_server.add_song(fmt::format("t{}", i), fmt::format("Song {}", i));
        }
    }
    PlaylistSink& sink() override { return m_sink; }
    std::string content(const std::string& external_id) override {
        const std::lock_guard lock(m_server.mutex);
        const auto found = m_server.playlists.find(external_id);
        if (found == m_server.playlists.end()) {
            return {};
        }
        std::string text = found->second.name + "\n";
        for (const std::string& song : found->second.songs) {
            text += "Song " + song.substr(1) + "\n";
        }
        return text;
    }
    void edit(const std::string& external_id) override {
        const std::lock_guard lock(m_server.mutex);
        m_server.playlists.at(external_id).songs.push_back("t9");
    }
    void erase(const std::string& external_id) override {
        const std::lock_guard lock(m_server.mutex);
        m_server.playlists.erase(external_id);
    }
    std::size_t count() override {
        const std::lock_guard lock(m_server.mutex);
        return m_server.playlists.size();
    }

  private:
    JellyfinServer m_server;
    net::HttpClient m_http{hasty_client()};
    library::JellyfinPlaylistSink m_sink;
};

class ApiKeySinkHarness final : public JellyfinSinkHarness {
  public:
    ApiKeySinkHarness() : JellyfinSinkHarness("key") {}
};

template <class Base, class Harness>
std::unique_ptr<Base> make() {
    return std::make_unique<Harness>();
}

INSTANTIATE_TEST_SUITE_P(Jellyfin, MusicSourceContract, testing::Values(make<MusicSourceHarness, JellyfinSourceHarness>));
INSTANTIATE_TEST_SUITE_P(Jellyfin, PlaylistSinkContract, testing::Values(make<PlaylistSinkHarness, JellyfinSinkHarness>));
INSTANTIATE_TEST_SUITE_P(JellyfinApiKey, PlaylistSinkContract, testing::Values(make<PlaylistSinkHarness, ApiKeySinkHarness>));

} // namespace
} // namespace audiomuse::test
