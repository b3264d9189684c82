#include <app/publish_playlists.hpp>

#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <base/hash.hpp>
#include <support/fake_playlist_sink.hpp>
#include <support/fake_playlist_store.hpp>

namespace audiomuse::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class PublishTest : public testing::Test {
  protected:
    PublishTest() {
        for (int i = 0; i < 30; ++i) {
            playlists::TrackFeatures track;
            track.id = TrackId(std::to_string(i));
            m_features.push_back(track);
        }
    }
    Result<std::vector<std::string>> publish(const std::vector<playlists::ProposedPlaylist>& proposed,
                                             const std::stop_token& stop = {}) {
        return publish_playlists(proposed, m_features, m_store, m_sink, stop);
    }
    std::vector<std::string> notes(const std::vector<playlists::ProposedPlaylist>& proposed) {
        const auto result = publish(proposed);
        EXPECT_TRUE(result) << result.error().message;
        return result.value_or(std::vector<std::string>{});
    }
    std::string id_of(const std::string& name, const std::string& user = "") {
        std::string found;
        for (const auto& [id, stored] : m_sink.contents()) {
            if (stored.content.name == name && stored.user == user) {
                EXPECT_EQ(found, "") << "two playlists are called " << name;
                found = id;
            }
        }
        return found;
    }
    std::vector<std::string> songs_of(const std::string& name, const std::string& user = "") {
        const std::string id = id_of(name, user);
        return id.empty() ? std::vector<std::string>{"none"} : m_sink.contents().at(id).content.songs;
    }

    FakePlaylistStore m_store;
    test::FakePlaylistSink m_sink;
    std::vector<playlists::TrackFeatures> m_features;
};

TEST_F(PublishTest, NewOnesAreCompleteBeforeAnOldOneGoes) {
    ASSERT_TRUE(publish({{"A", {0, 1, 2}}, {"B", {3, 4, 5}}}));
    const auto first = m_store.current().value();
    const std::string a = id_of("A");
    m_sink.events().clear();
    ASSERT_TRUE(publish({{"A", {0, 1, 6}}, {"C", {7, 8}}}));
    EXPECT_THAT(m_sink.events(), ElementsAre("create C", "update A", "update A", "remove B"));
    EXPECT_EQ(id_of("A"), a) << "additions, then removals, in place";
    EXPECT_THAT(songs_of("A"), ElementsAre("0", "1", "6"));
    const auto second = m_store.current().value();
    ASSERT_EQ(second.size(), 2U);
    EXPECT_EQ(second[0].id, first[0].id) << "a playlist that continues keeps its id";
    EXPECT_NE(second[1].id, first[1].id);
    EXPECT_EQ(m_store.published()->size(), 2U);
}

TEST_F(PublishTest, LongOnesAreWrittenInParts) {
    m_sink.batch = 2;
    ASSERT_TRUE(publish({{"A", {0, 1, 2, 3, 4}}}));
    EXPECT_THAT(songs_of("A"), ElementsAre("0", "1", "2", "3", "4"));
    const auto published = m_store.published().value();
    ASSERT_EQ(published.size(), 1U);
    EXPECT_EQ(published[0].external_id, id_of("A"));
    EXPECT_EQ(published[0].owner, (PlaylistOwner{"fake", ""}));
    EXPECT_EQ(published[0].content, (SinkContent{"A", {"0", "1", "2", "3", "4"}}));
    EXPECT_FALSE(published[0].next_songs);
}

TEST_F(PublishTest, TheSameAgainChangesNothing) {
    ASSERT_TRUE(publish({{"A", {0, 1, 2}}}));
    const int first = m_sink.requests();
    m_sink.events().clear();
    ASSERT_TRUE(publish({{"A", {0, 1, 2}}}));
    EXPECT_TRUE(m_sink.events().empty());
    EXPECT_EQ(m_sink.requests() - first, 2) << "who, and what is there";
}

TEST_F(PublishTest, AFailureLeavesTheOldOnes) {
    ASSERT_TRUE(publish({{"A", {0, 1, 2}}}));
    const int before = m_sink.requests();
    m_sink.set_fate([&](int) {
        return std::ranges::count(m_sink.events(), "create C") > 0 ? test::FakePlaylistSink::Fate::not_sent
                                                                   : test::FakePlaylistSink::Fate::answered;
    });
    EXPECT_GT(before, 0);
    const auto failed = publish({{"C", {6, 7}}, {"B", {3, 4, 5}}});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().message, "No connection.");
    EXPECT_EQ(m_store.current().value()[0].name, "A");
    EXPECT_NE(id_of("A"), "");
    m_sink.set_fate({});
    ASSERT_TRUE(publish({{"D", {3, 4, 5}}}));
    EXPECT_EQ(m_sink.contents().size(), 1U) << "the next run cleans up what the failed one left";
}

TEST_F(PublishTest, WhatAPersonChangedStaysAndIsForgotten) {
    ASSERT_TRUE(publish({{"A", {0, 1, 2}}, {"B", {3, 4, 5}}, {"C", {6, 7, 8}}}));
    m_sink.contents().at(id_of("A")).content.songs.emplace_back("9");
    m_sink.contents().at(id_of("B")).content.songs.pop_back();
    m_sink.contents().at(id_of("C")).content.name = "Mine";
    EXPECT_THAT(notes({{"A", {0, 1, 2}}, {"D", {10, 11}}}),
                UnorderedElementsAre("The playlist \"A\" was changed by a person and stays.",
                                     "The playlist \"B\" was changed by a person and stays.",
                                     "The playlist \"Mine\" was changed by a person and stays."));
    EXPECT_EQ(m_sink.contents().size(), 5U) << "three of a person, a new A beside, and D";
    EXPECT_THAT(songs_of("B"), ElementsAre("3", "4"));
    EXPECT_THAT(songs_of("Mine"), ElementsAre("6", "7", "8"));
    EXPECT_TRUE(notes({{"D", {10, 11}}}).empty());
    EXPECT_EQ(m_sink.contents().size(), 4U);
    EXPECT_THAT(songs_of("A"), ElementsAre("0", "1", "2", "9"));
}

TEST_F(PublishTest, WhatThePersonDeletedIsMadeAnew) {
    ASSERT_TRUE(publish({{"A", {0, 1, 2}}, {"B", {3, 4}}}));
    m_sink.contents().clear();
    ASSERT_TRUE(publish({{"A", {0, 1, 2}}}));
    EXPECT_THAT(songs_of("A"), ElementsAre("0", "1", "2"));
    EXPECT_EQ(m_store.published()->size(), 1U);
}

TEST_F(PublishTest, SongsThatTheServerLostDoNotMakeAPlaylistAPersons) {
    ASSERT_TRUE(publish({{"A", {0, 1, 2, 3}}, {"B", {4, 5, 6}}, {"C", {7, 8, 9}}}));
    const std::string a = id_of("A");
    m_sink.lost() = {"1", "4", "5", "6", "7"};
    m_sink.contents().at(id_of("C")).content.songs = {"7", "8"}; // and a person took one out
    EXPECT_THAT(notes({{"A", {0, 2, 3, 10}}}), ElementsAre("The playlist \"C\" was changed by a person and stays."));
    EXPECT_EQ(id_of("A"), a) << "in place";
    EXPECT_THAT(songs_of("A"), ElementsAre("0", "2", "3", "10"));
    EXPECT_EQ(id_of("B"), "") << "removed, though it had become empty";
}

TEST_F(PublishTest, SongsThatTheServerLostAreLeftOutAndTold) {
    for (int kind = 0; kind < 3; ++kind) {
        SCOPED_TRACE(kind);
        m_sink.lost() = {"1", "12"};
        m_sink.empties_on_lost = kind == 1;
        m_sink.refuses_lost = kind == 2;
        EXPECT_THAT(notes({{"A", {0, 1, 2, 3}}}),
                    ElementsAre("The playlist \"A\" has 3 of its 4 songs on the fake sink, which does not take the others."));
        EXPECT_THAT(songs_of("A"), ElementsAre("0", "2", "3"));
        EXPECT_THAT(notes({{"A", {0, 2, 3, 12, 13}}}),
                    ElementsAre("The playlist \"A\" has 4 of its 5 songs on the fake sink, which does not take the others."));
        EXPECT_THAT(songs_of("A"), ElementsAre("0", "2", "3", "13"));
        ASSERT_TRUE(publish({{"Z", {20, 21}}}));
        EXPECT_EQ(m_sink.contents().size(), 1U);
    }
}

TEST_F(PublishTest, ASongThatTheServerDoesNotTakeIsTold) {
    m_sink.ignores = {"2"};
    EXPECT_THAT(notes({{"A", {0, 1, 2}}}),
                ElementsAre("The playlist \"A\" has 2 of its 3 songs on the fake sink, which does not take the others."));
    ASSERT_TRUE(publish({{"B", {5}}}));
    EXPECT_EQ(m_sink.contents().size(), 1U);
}

TEST_F(PublishTest, APlaylistOfWhichNoSongIsLeftIsAnErrorAndGoes) {
    m_sink.lost() = {"0", "1"};
    const auto failed = publish({{"A", {0, 1}}});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().message, "the fake sink has none of the 2 songs of the playlist \"A\".");
    EXPECT_TRUE(m_sink.contents().empty());
    EXPECT_TRUE(m_store.published()->empty());
}

TEST_F(PublishTest, WhatCannotBeUpdatedIsReplaced) {
    ASSERT_TRUE(publish({{"A", {0, 1, 2}}}));
    const std::string a = id_of("A");
    m_sink.only_adds = true;
    m_sink.events().clear();
    ASSERT_TRUE(publish({{"A", {0, 1, 3}}}));
    EXPECT_THAT(m_sink.events(), ElementsAre("create A", "remove A"));
    EXPECT_NE(id_of("A"), a);
    ASSERT_TRUE(publish({{"A", {0, 1, 3, 4}}}));
    EXPECT_THAT(songs_of("A"), ElementsAre("0", "1", "3", "4"));
}

TEST_F(PublishTest, AChangedNameMakesANewOne) {
    ASSERT_TRUE(publish({{"A", {0, 1, 2}}}));
    m_sink.events().clear();
    ASSERT_TRUE(publish({{"B", {0, 1, 2}}}));
    EXPECT_THAT(m_sink.events(), ElementsAre("create B", "remove A"));
}

TEST_F(PublishTest, PlaylistsOfAUserWhomTheCredentialsAreNotOfStayRemembered) {
    m_sink.acts_for_all = false;
    m_sink.users = {"ann"};
    ASSERT_TRUE(publish({{"A", {0, 1, 2}}}));
    const std::string anns = id_of("A", "ann");
    m_sink.users = {"ben"};
    const auto told = notes({{"A", {0, 1, 2}}});
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0], "The playlists of \"ann\" stay on the fake sink, and stay remembered: only the credentials of \"ann\" can "
                       "change them. Remove them there by hand, or cluster once with those.");
    EXPECT_THAT(songs_of("A", "ann"), ElementsAre("0", "1", "2"));
    EXPECT_EQ(m_store.published()->size(), 2U);
    m_sink.users = {"ann"};
    ASSERT_TRUE(publish({{"A", {0, 1, 3}}}));
    EXPECT_EQ(id_of("A", "ann"), anns);
    EXPECT_THAT(songs_of("A", "ann"), ElementsAre("0", "1", "3"));
}

TEST_F(PublishTest, ARefusalNamesThePlaylistAndWhatToDo) {
    ASSERT_TRUE(publish({{"A", {0, 1, 2}}, {"B", {3, 4, 5}}}));
    m_sink.contents().at(id_of("A")).is_foreign = true;
    m_sink.contents().at(id_of("B")).is_foreign = true;
    const auto told = notes({{"A", {0, 1, 6}}});
    ASSERT_EQ(told.size(), 3U);
    EXPECT_EQ(told[0], "the fake sink does not let the playlist \"A\" be changed: it seems to belong to another user now. Remove "
                       "it there by hand, or use the credentials of its owner or of an administrator.");
    EXPECT_THAT(told[1], HasSubstr("\"A\" be removed"));
    EXPECT_THAT(told[2], HasSubstr("\"B\" be removed"));
    EXPECT_EQ(m_sink.contents().size(), 3U) << "a new A beside";
    for (auto& [id, stored] : m_sink.contents()) {
        stored.is_foreign = false;
    }
    EXPECT_TRUE(notes({{"A", {0, 1, 6}}}).empty());
    EXPECT_THAT(songs_of("A"), ElementsAre("0", "1", "6"));
    EXPECT_EQ(m_sink.contents().size(), 1U) << "once it may, it does";
}

TEST_F(PublishTest, EachUserGetsThePlaylists) {
    m_sink.users = {"ada", "bob"};
    ASSERT_TRUE(publish({{"A", {0, 1, 2}}, {"B", {3, 4}}}));
    EXPECT_THAT(songs_of("A", "ada"), ElementsAre("0", "1", "2"));
    EXPECT_THAT(songs_of("A", "bob"), ElementsAre("0", "1", "2"));
    EXPECT_EQ(m_sink.contents().size(), 4U);
    m_sink.contents().at(id_of("A", "bob")).content.name = "Bob's";
    m_sink.users = {"bob", "cleo"};
    ASSERT_TRUE(publish({{"A", {0, 1, 2}}, {"B", {3, 4}}}));
    EXPECT_EQ(m_sink.contents().size(), 5U);
    EXPECT_EQ(id_of("A", "ada"), "") << "who gets them no more";
    EXPECT_NE(id_of("Bob's", "bob"), "");
    EXPECT_THAT(songs_of("A", "bob"), ElementsAre("0", "1", "2"));
    EXPECT_THAT(songs_of("B", "cleo"), ElementsAre("3", "4"));
}

TEST_F(PublishTest, AnotherServerIsAnotherWorld) {
    ASSERT_TRUE(publish({{"A", {0, 1, 2}}}));
    PublishedPlaylist elsewhere{.key = PublicationId("elsewhere"),
                                .id = m_store.current().value()[0].id,
                                .owner = {"another server", ""},
                                .external_id = id_of("A"),
                                .content = {"A", {"0", "1", "2"}}};
    ASSERT_TRUE(m_store.record_published(elsewhere));
    ASSERT_TRUE(publish({{"B", {5, 6}}}));
    ASSERT_EQ(m_store.published()->size(), 2U);
    EXPECT_EQ(m_store.published()->front().key.str(), "elsewhere") << "kept for the day when the settings name it again";
}

TEST_F(PublishTest, EntriesOfEarlierProgramsAreKnownByTheirHash) {
    m_sink.contents()["old1"] = {"", {"A", {"0", "1", "2"}}};
    m_sink.contents()["old2"] = {"", {"B", {"3", "4"}}};
    m_sink.contents()["old3"] = {"", {"C", {"5", "6"}}};
    for (const auto& [id, hash] :
         {std::pair{"old1", hash128_hex("A\n0\n1\n2")}, {"old2", hash128_hex("3\n4")}, {"old3", "else"}}) {
        ASSERT_TRUE(m_store.record_published({.key = PublicationId(id),
                                              .id = PlaylistId(id),
                                              .owner = {},
                                              .external_id = id,
                                              .content = {},
                                              .old_hashes = {"x", hash}}));
    }
    Playlist a;
    a.id = PlaylistId("old1");
    a.name = "A";
    for (const char* song : {"0", "1", "2"}) {
        a.songs.push_back({TrackId(song), "", "", "", 0});
    }
    ASSERT_TRUE(m_store.replace(std::span(&a, 1)));
    EXPECT_THAT(notes({{"A", {0, 1, 2, 7}}}), ElementsAre("The playlist \"C\" was changed by a person and stays."));
    EXPECT_THAT(m_sink.contents().at("old1").content.songs, ElementsAre("0", "1", "2", "7"));
    EXPECT_FALSE(m_sink.contents().contains("old2"));
    EXPECT_TRUE(m_sink.contents().contains("old3"));
    const auto published = m_store.published().value();
    ASSERT_EQ(published.size(), 1U);
    EXPECT_EQ(published[0].owner.sink, "fake");
    EXPECT_TRUE(published[0].old_hashes.empty());
}

TEST_F(PublishTest, ACancelEndsAtOnceAndLosesNothing) {
    ASSERT_TRUE(publish({{"A", {0, 1, 2}}, {"B", {3, 4}}}));
    for (int at = 1;; ++at) {
        std::stop_source stop;
        m_sink.set_fate([&](int number) {
            if (number == at) {
                stop.request_stop();
            }
            return test::FakePlaylistSink::Fate::answered;
        });
        const auto result = publish({{"C", {10, 11}}, {"A", {0, 1, 7}}}, stop.get_token());
        const int used = m_sink.requests();
        m_sink.set_fate({});
        if (!stop.stop_requested()) {
            break;
        }
        EXPECT_LE(used, at) << "nothing is sent any more";
        if (!result) {
            EXPECT_EQ(result.error().code, ErrorCode::cancelled);
        }
        ASSERT_TRUE(publish({{"A", {0, 1, 2}}, {"B", {3, 4}}}));
        EXPECT_EQ(m_sink.contents().size(), 2U) << at;
    }
}

} // namespace
} // namespace audiomuse::app
