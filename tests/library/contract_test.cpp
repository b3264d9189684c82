// The contracts of both ports on the adapters and on the fakes.
#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <library/local_music_source.hpp>
#include <library/m3u8_playlist_sink.hpp>
#include <support/fake_music_source.hpp>
#include <support/fake_playlist_sink.hpp>
#include <support/music_source_contract.hpp>
#include <support/playlist_sink_contract.hpp>
#include <support/temporary_tree.hpp>

#include "subsonic_fixture.hpp"
#include "tagged_files.hpp"

namespace audiomuse::test {
namespace {

class FakeSourceHarness final : public MusicSourceHarness {
  public:
    MusicSource& source() override { return m_source; }
    void add_album(const std::string& title, const std::string& artist, int tracks, UtcTime added) override {
        std::vector<Track> list;
        for (int i = 1; i <= tracks; ++i) {
            Track track;
            track.title = fmt::format("{} {}", title, i);
            track.id = TrackId("id of " + track.title);
            track.artist = artist;
            track.album = title;
            track.track_number = i;
            track.stamp = {100, 1};
            list.push_back(track);
        }
        m_source.add_album({AlbumId("id of " + title), title, artist, added}, list);
        for (const Track& track : list) {
            m_source.set_audio(track.id, "audio of " + track.title);
        }
    }
    void remove_audio(const Track& track) override { m_source.remove_track(track.id); }

  private:
    FakeMusicSource m_source;
};

class LocalSourceHarness final : public MusicSourceHarness {
  public:
    MusicSource& source() override { return m_source; }
    void add_album(const std::string& title, const std::string& artist, int tracks, UtcTime added) override {
        for (int i = 1; i <= tracks; ++i) {
            const std::string name = fmt::format("{} {}", title, i);
            const auto path = m_folder.write(
                fmt::format("{}/{}/{:02}.mp3", artist, title, tracks - i),
                mp3({{"TIT2", name}, {"TPE1", artist}, {"TPE2", artist}, {"TALB", title}, {"TRCK", std::to_string(i)}}) +
                    "audio of " + name);
            set_modified(path, added);
        }
    }
    void remove_audio(const Track& track) override { std::filesystem::remove(m_folder.path() / track.path); }

  private:
    TemporaryTree m_folder;
    library::LocalMusicSource m_source{{m_folder.path()}};
};

class FakeSinkHarness final : public PlaylistSinkHarness {
  public:
    PlaylistSink& sink() override { return m_sink; }
    std::string content(const std::string& external_id) override {
        const auto found = m_sink.contents().find(external_id);
        std::string text;
        if (found != m_sink.contents().end()) {
            for (const std::string& song : found->second.content.songs) {
                text += "Song " + song.substr(1) + "\n";
            }
        }
        return text;
    }
    void edit(const std::string& external_id) override { m_sink.contents().at(external_id).content.songs.emplace_back("t9"); }
    void erase(const std::string& external_id) override { m_sink.contents().erase(external_id); }
    std::size_t count() override { return m_sink.contents().size(); }

  private:
    FakePlaylistSink m_sink;
};

class M3u8SinkHarness final : public PlaylistSinkHarness {
  public:
    M3u8SinkHarness() { std::filesystem::create_directory(m_folder.path() / "music"); }
    PlaylistSink& sink() override { return m_sink; }
    std::string content(const std::string& external_id) override { return m_folder.read("playlists/" + external_id); }
    void edit(const std::string& external_id) override {
        m_folder.write("playlists/" + external_id, content(external_id) + "mine.ogg\n");
    }
    void erase(const std::string& external_id) override { std::filesystem::remove(m_folder.path() / "playlists" / external_id); }
    std::size_t count() override {
        std::error_code error;
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(m_folder.path() / "playlists", error), {}));
    }

  private:
    TemporaryTree m_folder;
    library::M3u8PlaylistSink m_sink{{m_folder.path() / "playlists", m_folder.path() / "music"}};
};

template <SubsonicProfile (*profile)()>
class SubsonicSourceHarness final : public MusicSourceHarness {
  public:
    MusicSource& source() override { return m_source; }
    void add_album(const std::string& title, const std::string& artist, int tracks, UtcTime added) override {
        m_world.fake.add_album(title, artist, tracks, added);
    }
    void remove_audio(const Track& track) override { m_world.fake.songs.erase(track.id.str()); }

  private:
    SubsonicWorld m_world{profile()};
    library::SubsonicMusicSource m_source{m_world.source_settings(), m_world.http};
};

template <SubsonicProfile (*profile)()>
class SubsonicSinkHarness final : public PlaylistSinkHarness {
  public:
    SubsonicSinkHarness() {
        for (int i = 1; i <= 9; ++i) {
            m_world.fake.add_song({.id = fmt::format("t{}", i), .title = fmt::format("Song {}", i)});
        }
    }
    PlaylistSink& sink() override { return m_sink; }
    std::string content(const std::string& external_id) override {
        std::string titles;
        if (const auto found = m_world.fake.playlists.find(external_id); found != m_world.fake.playlists.end()) {
            for (const std::string& song : found->second.songs) {
                titles += m_world.fake.songs.at(song).title + "\n";
            }
        }
        return titles;
    }
    void edit(const std::string& external_id) override { m_world.fake.playlists.at(external_id).songs.emplace_back("t9"); }
    void erase(const std::string& external_id) override { m_world.fake.playlists.erase(external_id); }
    std::size_t count() override { return m_world.fake.playlists.size(); }

  private:
    SubsonicWorld m_world{profile()};
    library::SubsonicPlaylistSink m_sink{{m_world.access()}, m_world.http};
};

template <class Base, class Harness>
std::unique_ptr<Base> make() {
    return std::make_unique<Harness>();
}

INSTANTIATE_TEST_SUITE_P(Fake, MusicSourceContract, testing::Values(make<MusicSourceHarness, FakeSourceHarness>));
INSTANTIATE_TEST_SUITE_P(Local, MusicSourceContract, testing::Values(make<MusicSourceHarness, LocalSourceHarness>));
INSTANTIATE_TEST_SUITE_P(Fake, PlaylistSinkContract, testing::Values(make<PlaylistSinkHarness, FakeSinkHarness>));
INSTANTIATE_TEST_SUITE_P(M3u8, PlaylistSinkContract, testing::Values(make<PlaylistSinkHarness, M3u8SinkHarness>));
INSTANTIATE_TEST_SUITE_P(Subsonic, MusicSourceContract,
                         testing::Values(make<MusicSourceHarness, SubsonicSourceHarness<navidrome_profile>>,
                                         make<MusicSourceHarness, SubsonicSourceHarness<gonic_profile>>,
                                         make<MusicSourceHarness, SubsonicSourceHarness<supysonic_profile>>,
                                         make<MusicSourceHarness, SubsonicSourceHarness<smolsonic_profile>>));
INSTANTIATE_TEST_SUITE_P(Subsonic, PlaylistSinkContract,
                         testing::Values(make<PlaylistSinkHarness, SubsonicSinkHarness<navidrome_profile>>,
                                         make<PlaylistSinkHarness, SubsonicSinkHarness<gonic_profile>>,
                                         make<PlaylistSinkHarness, SubsonicSinkHarness<supysonic_profile>>,
                                         make<PlaylistSinkHarness, SubsonicSinkHarness<smolsonic_profile>>));

} // namespace
} // namespace audiomuse::test
