// Publishing on media servers that go away at every request.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <app/publish_playlists.hpp>
#include <library/m3u8_playlist_sink.hpp>
#include <library/subsonic_playlist_sink.hpp>
#include <support/fake_playlist_store.hpp>
#include <support/temporary_tree.hpp>

#include "jellyfin_fixture.hpp"
#include "subsonic_fixture.hpp"

namespace audiomuse::test {
namespace {

enum class Break {
    gone,          ///< from one request on, nothing arrives
    lost_and_gone, ///< one request is done without an answer, and then nothing arrives
    lost           ///< one request is done without an answer
};

/// The way to a server, which breaks at one request.
class Wire {
  public:
    void break_at(Break kind, int number) {
        m_kind = kind;
        m_at = number;
        m_number = 0;
    }
    void mend() { m_at = 0; }
    [[nodiscard]] int requests() const { return m_number; }

    /// Called for each request.
    bool arrives() {
        const int number = ++m_number;
        return m_at == 0 || number < m_at || m_kind == Break::lost || (number == m_at && m_kind == Break::lost_and_gone);
    }
    /// Called after arrives(), of the same request.
    [[nodiscard]] bool is_answered() const { return m_at == 0 || m_number != m_at; }

  private:
    std::atomic<Break> m_kind{Break::gone};
    std::atomic<int> m_at{0};
    std::atomic<int> m_number{0};
};

using Contents = std::map<std::string, SinkContent>; ///< by id

/// A server with the songs t1 to t9, and the hands of a person.
class ServerHarness {
  public:
    ServerHarness() = default;
    ServerHarness(const ServerHarness&) = delete;
    ServerHarness& operator=(const ServerHarness&) = delete;
    virtual ~ServerHarness() = default;

    virtual PlaylistSink& sink() = 0;
    virtual Contents contents() = 0;
    virtual void put(const std::string& id, const SinkContent& content) = 0;

    Wire wire;
};

class JellyfinHarness : public ServerHarness {
  public:
    explicit JellyfinHarness(std::string token = "secret") : m_sink(jellyfin_settings(m_server, std::move(token)), m_http) {
        for (int i = 1; i <= 9; ++i) {
            m_server.add_song(fmt::format("t{}", i), fmt::format("Song {}", i));
        }
        m_server.set_special([this](const ServedRequest&, ServedConnection& connection) {
            if (wire.arrives()) {
                return false;
            }
            connection.reset();
            return true;
        });
        m_server.set_loses_answer([this](const ServedRequest&) { return !wire.is_answered(); });
    }
    PlaylistSink& sink() override { return m_sink; }
    Contents contents() override {
        const std::lock_guard lock(m_server.mutex);
        Contents contents;
        for (const auto& [id, playlist] : m_server.playlists) {
            contents[id] = {playlist.name, playlist.songs};
        }
        return contents;
    }
    void put(const std::string& id, const SinkContent& content) override {
        const std::lock_guard lock(m_server.mutex);
        m_server.playlists[id] = {content.name, content.songs};
    }

  private:
    JellyfinServer m_server;
    net::HttpClient m_http{fast_client()};
    library::JellyfinPlaylistSink m_sink;
};

class ApiKeyHarness final : public JellyfinHarness {
  public:
    ApiKeyHarness() : JellyfinHarness("key") {}
};

template <SubsonicProfile (*profile)()>
class SubsonicHarness final : public ServerHarness {
  public:
    SubsonicHarness() {
        for (int i = 1; i <= 9; ++i) {
            m_world.fake.add_song({.id = fmt::format("t{}", i), .title = fmt::format("Song {}", i)});
        }
        m_world.fake.intercept([this](const std::string&, const auto&) -> std::optional<std::string> {
            return wire.arrives() ? std::nullopt : std::optional<std::string>("");
        });
        m_world.fake.set_loses_answer([this](const std::string&) { return !wire.is_answered(); });
    }
    PlaylistSink& sink() override { return m_sink; }
    Contents contents() override {
        Contents contents;
        for (const auto& [id, playlist] : m_world.fake.playlists) {
            contents[id] = {playlist.name, playlist.songs};
        }
        return contents;
    }
    void put(const std::string& id, const SinkContent& content) override {
        m_world.fake.playlists[id] = {content.name, content.songs};
    }

  private:
    SubsonicWorld m_world{profile()};
    library::SubsonicPlaylistSink m_sink{{m_world.access()}, m_world.http};
};

using Factory = std::unique_ptr<ServerHarness> (*)();
template <class Harness>
std::unique_ptr<ServerHarness> make() {
    return std::make_unique<Harness>();
}

class PublishingTest : public testing::TestWithParam<std::tuple<Factory, Break>> {
  protected:
    PublishingTest() {
        for (int i = 0; i <= 9; ++i) {
            playlists::TrackFeatures track;
            track.id = TrackId(fmt::format("t{}", i));
            m_features.push_back(track);
        }
    }

    /// A server with playlists of a person and of a first run.
    void begin() {
        m_store = std::make_unique<FakePlaylistStore>();
        m_server = std::get<0>(GetParam())();
        m_server->put("e1", {"Is new", {"t9"}});
        m_server->put("e2", {"Is new", {"t6", "t7"}}); // name and songs of one that comes
        ASSERT_TRUE(publish({{"Continues", {1, 2, 3}}, {"Ends", {4, 5}}, {"Edited", {8, 9}}}));
        m_of_persons.clear();
        for (auto [id, content] : m_server->contents()) {
            if (content.name == "Edited") {
                content.songs.emplace_back("t1");
                m_server->put(id, content);
            }
            if (content.name == "Edited" || content.name == "Is new") {
                m_of_persons[id] = content;
            }
        }
        ASSERT_EQ(m_of_persons.size(), 3U);
    }
    Result<std::vector<std::string>> publish(const std::vector<playlists::ProposedPlaylist>& run) {
        return app::publish_playlists(run, m_features, *m_store, m_server->sink(), {});
    }
    Result<std::vector<std::string>> publish_new() { return publish({{"Continues", {1, 3, 2, 4}}, {"Is new", {6, 7}}}); }

    std::vector<SinkContent> ours() {
        std::vector<SinkContent> result;
        for (const auto& [id, content] : m_server->contents()) {
            if (!m_of_persons.contains(id)) {
                result.push_back(content);
            }
        }
        std::ranges::sort(result, {}, &SinkContent::name);
        return result;
    }
    void expect_persons_untouched() {
        const Contents now = m_server->contents();
        for (const auto& [id, content] : m_of_persons) {
            ASSERT_TRUE(now.contains(id)) << content.name << " is gone";
            EXPECT_EQ(now.at(id).name, content.name);
            EXPECT_EQ(now.at(id).songs, content.songs);
        }
    }

    std::vector<playlists::TrackFeatures> m_features;
    std::unique_ptr<FakePlaylistStore> m_store;
    std::unique_ptr<ServerHarness> m_server;
    Contents m_of_persons;
};

TEST_P(PublishingTest, EndsWellWhereverItBreaksOff) {
    for (int at = 1;; ++at) {
        SCOPED_TRACE(fmt::format("break at request {}", at));
        ASSERT_NO_FATAL_FAILURE(begin());
        m_server->wire.break_at(std::get<1>(GetParam()), at);
        const bool whole = publish_new().has_value();
        if (m_server->wire.requests() < at) {
            EXPECT_TRUE(whole);
            EXPECT_GT(at, 8);
            return;
        }
        m_server->wire.mend();
        expect_persons_untouched();
        const auto meanwhile = ours();
        EXPECT_GE(std::ranges::count(meanwhile, "Continues", &SinkContent::name), 1) << "old or new or both, never neither";

        const auto again = publish_new();
        ASSERT_TRUE(again) << again.error().message;
        expect_persons_untouched();
        const auto found = ours();
        ASSERT_EQ(found.size(), 2U);
        EXPECT_EQ(found[0].name, "Continues");
        EXPECT_EQ(found[0].songs, (std::vector<std::string>{"t1", "t3", "t2", "t4"}));
        EXPECT_EQ(found[1].name, "Is new");
        EXPECT_EQ(found[1].songs, (std::vector<std::string>{"t6", "t7"}));
        EXPECT_EQ(m_store->published()->size(), 2U);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Servers, PublishingTest,
    testing::Combine(testing::Values(make<JellyfinHarness>, make<ApiKeyHarness>, make<SubsonicHarness<navidrome_profile>>,
                                     make<SubsonicHarness<gonic_profile>>, make<SubsonicHarness<supysonic_profile>>),
                     testing::Values(Break::gone, Break::lost_and_gone, Break::lost)));

/// The death of the program at an entry of the journal.
struct Death {};

class MortalStore final : public PlaylistStore {
  public:
    int dies_at = 0;
    int writes = 0;

    Result<std::vector<Playlist>> current() override { return m_store.current(); }
    Result<void> replace(std::span<const Playlist> playlists) override { return m_store.replace(playlists); }
    Result<std::vector<PublishedPlaylist>> published() override { return m_store.published(); }
    Result<void> record_published(const PublishedPlaylist& playlist) override {
        auto recorded = m_store.record_published(playlist);
        if (++writes == dies_at) {
            throw Death{};
        }
        return recorded;
    }
    Result<void> forget_published(const PublicationId& key) override { return m_store.forget_published(key); }

  private:
    FakePlaylistStore m_store;
};

TEST(PublishingToAFolder, EndsWellWhereverTheProgramDies) {
    for (int at = 1;; ++at) {
        SCOPED_TRACE(fmt::format("dead at entry {}", at));
        const TemporaryTree tree;
        tree.write("music/a", "x");
        tree.write("lists/New.m3u8", "");
        tree.write("lists/New (2).m3u8", "mine");
        library::M3u8PlaylistSink sink({tree.path() / "lists", tree.path() / "music"});
        MortalStore store;
        std::vector<playlists::TrackFeatures> features(9);
        for (std::size_t i = 0; i < features.size(); ++i) {
            features[i].id = TrackId(std::to_string(i));
            features[i].path = fmt::format("{}.ogg", i);
        }
        ASSERT_TRUE(app::publish_playlists(std::vector<playlists::ProposedPlaylist>{{"Continues", {0, 1}}, {"Ends", {2}}},
                                           features, store, sink, {}));
        const std::vector<playlists::ProposedPlaylist> next{{"Continues", {0, 1, 3}}, {"New", {4, 5}}};
        store.writes = 0;
        store.dies_at = at;
        try {
            (void)app::publish_playlists(next, features, store, sink, {});
        } catch (const Death&) {
        }
        if (store.writes < at) {
            EXPECT_GT(at, 4);
            return;
        }
        store.dies_at = 0;
        EXPECT_NE(tree.read("lists/Continues.m3u8"), "");
        ASSERT_TRUE(app::publish_playlists(next, features, store, sink, {}));
        EXPECT_NE(tree.read("lists/Continues.m3u8").find("3.ogg"), std::string::npos);
        EXPECT_NE(tree.read("lists/New (3).m3u8").find("5.ogg"), std::string::npos);
        EXPECT_EQ(tree.read("lists/New.m3u8"), "") << "an empty file of a person";
        EXPECT_EQ(tree.read("lists/New (2).m3u8"), "mine");
        EXPECT_EQ(std::distance(std::filesystem::directory_iterator(tree.path() / "lists"), {}), 4);
    }
}

} // namespace
} // namespace audiomuse::test
