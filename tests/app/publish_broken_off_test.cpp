// Publishing that breaks off at every request and at every entry of the journal.
#include <app/publish_playlists.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <support/fake_playlist_sink.hpp>
#include <support/fake_playlist_store.hpp>

namespace audiomuse::app {
namespace {

using Fate = test::FakePlaylistSink::Fate;

struct Death {};

/// A journal in which the program may die, before or after an entry is written.
class MortalStore final : public PlaylistStore {
  public:
    FakePlaylistStore store;
    int writes = 0;
    int dies_at = 0;
    bool writes_first = false;

    Result<std::vector<Playlist>> current() override { return store.current(); }
    Result<void> replace(std::span<const Playlist> playlists) override {
        return write([&] { return store.replace(playlists); });
    }
    Result<std::vector<PublishedPlaylist>> published() override { return store.published(); }
    Result<void> record_published(const PublishedPlaylist& playlist) override {
        return write([&] { return store.record_published(playlist); });
    }
    Result<void> forget_published(const PublicationId& key) override {
        return write([&] { return store.forget_published(key); });
    }

  private:
    template <class Action>
    Result<void> write(Action action) {
        const bool dies = ++writes == dies_at;
        if (dies && !writes_first) {
            throw Death{};
        }
        auto result = action();
        if (dies) {
            throw Death{};
        }
        return result;
    }
};

enum class Break {
    not_sent,       ///< one request
    answer_lost,    ///< of one request
    server_gone,    ///< from one request on
    dead_before,    ///< the program, before a request
    dead_after,     ///< the program, when a request was done
    dead_unwritten, ///< the program, before an entry
    dead_written    ///< the program, after an entry
};

struct Way {
    Break kind;
    bool only_adds;
};

using Content = std::multimap<std::string, std::vector<std::string>>; ///< name -> songs

class BrokenOffTest : public testing::TestWithParam<Way> {
  protected:
    BrokenOffTest() {
        for (int i = 0; i < 60; ++i) {
            playlists::TrackFeatures track;
            track.id = TrackId(std::to_string(i));
            m_features.push_back(track);
        }
    }

    static std::vector<playlists::ProposedPlaylist> old_run() {
        return {{"Continues", {0, 1, 2, 3, 4}}, {"Ends", {10, 11, 12}}, {"Edited", {20, 21, 22}}, {"Grows", {30, 31}}};
    }
    static std::vector<playlists::ProposedPlaylist> new_run() {
        return {{"Continues", {0, 2, 3, 5, 6, 7, 8}},
                {"Is new", {40, 41, 42, 43, 44}},
                {"Edited", {20, 21, 23}},
                {"Grows", {30, 31, 32}},
                {"Twin", {50, 51}}};
    }
    static Content content_of(const std::vector<playlists::ProposedPlaylist>& run) {
        Content content;
        for (const auto& playlist : run) {
            std::vector<std::string> songs;
            for (const std::size_t index : playlist.tracks) {
                songs.push_back(std::to_string(index));
            }
            content.emplace(playlist.name, songs);
        }
        return content;
    }

    /// A person's playlists, a first run, and what a person did to one of its playlists.
    struct World {
        test::FakePlaylistSink sink;
        MortalStore store;
        std::map<std::string, SinkContent> of_persons;

        [[nodiscard]] Content ours() {
            Content content;
            for (const auto& [id, stored] : sink.contents()) {
                if (!of_persons.contains(id)) {
                    content.emplace(stored.content.name, stored.content.songs);
                }
            }
            return content;
        }
        void expect_persons_untouched() {
            for (const auto& [id, content] : of_persons) {
                const auto found = sink.contents().find(id);
                ASSERT_NE(found, sink.contents().end()) << content.name << " is gone";
                EXPECT_EQ(found->second.content, content);
            }
        }
    };

    Result<std::vector<std::string>> publish(World& world, const std::vector<playlists::ProposedPlaylist>& run) {
        return publish_playlists(run, m_features, world.store, world.sink, {});
    }

    std::unique_ptr<World> begin() {
        auto world = std::make_unique<World>();
        world->sink.batch = 2;
        world->sink.only_adds = GetParam().only_adds;
        world->sink.contents()["person1"] = {"", {"Is new", {"1", "2"}}};
        world->sink.contents()["person2"] = {"", {"Twin", {"50", "51"}}}; // name and songs of one that comes
        world->sink.contents()["person3"] = {"", {"Is new", {}}};
        EXPECT_TRUE(publish(*world, old_run()));
        for (auto& [id, stored] : world->sink.contents()) {
            if (stored.content.name == "Edited") {
                stored.content.songs.emplace_back("29");
            }
            if (id.starts_with("person") || stored.content.name == "Edited") {
                world->of_persons[id] = stored.content;
            }
        }
        world->store.writes = 0;
        return world;
    }

    void break_at(World& world, int at) {
        const Break kind = GetParam().kind;
        world.sink.set_fate([kind, at](int number) {
            switch (kind) {
            case Break::not_sent: return number == at ? Fate::not_sent : Fate::answered;
            case Break::answer_lost: return number == at ? Fate::answer_lost : Fate::answered;
            case Break::server_gone: return number >= at ? Fate::not_sent : Fate::answered;
            case Break::dead_before:
                if (number == at) {
                    throw Death{};
                }
                break;
            default: break;
            }
            return Fate::answered;
        });
        if (kind == Break::dead_after) {
            world.sink.set_after_action([at](int number) {
                if (number == at) {
                    throw Death{};
                }
            });
        }
        if (kind == Break::dead_unwritten || kind == Break::dead_written) {
            world.store.dies_at = at;
            world.store.writes_first = kind == Break::dead_written;
        }
    }
    static void mend(World& world) {
        world.sink.set_fate({});
        world.sink.set_after_action({});
        world.store.dies_at = 0;
    }
    [[nodiscard]] static bool was_reached(World& world, int at) {
        const bool counts_writes = GetParam().kind == Break::dead_unwritten || GetParam().kind == Break::dead_written;
        return (counts_writes ? world.store.writes : world.sink.requests()) >= at;
    }

    std::vector<playlists::TrackFeatures> m_features;
};

TEST_P(BrokenOffTest, AtTheEndThereAreTheNewOnesAndThoseOfPersons) {
    int breaks = 0;
    for (int at = 1;; ++at) {
        SCOPED_TRACE(fmt::format("break at {}", at));
        const auto world = begin();
        break_at(*world, at);
        bool whole = false;
        try {
            whole = publish(*world, new_run()).has_value();
        } catch (const Death&) {
        }
        if (!was_reached(*world, at)) {
            EXPECT_TRUE(whole);
            break;
        }
        ++breaks;
        mend(*world);
        world->expect_persons_untouched();
        const Content meanwhile = world->ours();
        for (const char* name : {"Continues", "Grows"}) {
            EXPECT_GE(meanwhile.count(name), 1U) << "the old, the new or both, never neither: " << name;
        }
        const Content complete = content_of(new_run());
        EXPECT_TRUE(meanwhile.contains("Ends") || std::ranges::includes(meanwhile, complete))
            << "it goes when the new ones are complete";

        const auto again = publish(*world, new_run());
        ASSERT_TRUE(again) << again.error().message;
        EXPECT_EQ(world->ours(), content_of(new_run()));
        world->expect_persons_untouched();
        std::set<std::string> journalled;
        const auto published = world->store.published().value();
        for (const PublishedPlaylist& entry : published) {
            EXPECT_TRUE(journalled.insert(entry.external_id).second);
            EXPECT_FALSE(entry.next_songs.has_value());
            EXPECT_EQ(world->sink.contents().at(entry.external_id).content.name, entry.content.name);
            EXPECT_EQ(world->sink.contents().at(entry.external_id).content.songs, entry.content.songs);
        }
        EXPECT_EQ(journalled.size(), new_run().size());
    }
    EXPECT_GT(breaks, 20);
}

TEST_P(BrokenOffTest, AnotherRunAfterwardsCleansUpToo) {
    for (int at = 1;; ++at) {
        SCOPED_TRACE(fmt::format("break at {}", at));
        const auto world = begin();
        break_at(*world, at);
        try {
            (void)publish(*world, new_run());
        } catch (const Death&) {
        }
        if (!was_reached(*world, at)) {
            break;
        }
        mend(*world);
        ASSERT_TRUE(publish(*world, old_run()));
        EXPECT_EQ(world->ours(), content_of(old_run()));
        world->expect_persons_untouched();
        EXPECT_EQ(world->store.published()->size(), old_run().size());
    }
}

INSTANTIATE_TEST_SUITE_P(Ways, BrokenOffTest,
                         testing::Values(Way{Break::not_sent, false}, Way{Break::answer_lost, false},
                                         Way{Break::server_gone, false}, Way{Break::dead_before, false},
                                         Way{Break::dead_after, false}, Way{Break::dead_unwritten, false},
                                         Way{Break::dead_written, false}, Way{Break::not_sent, true},
                                         Way{Break::answer_lost, true}, Way{Break::dead_after, true},
                                         Way{Break::dead_written, true}));

} // namespace
} // namespace audiomuse::app
