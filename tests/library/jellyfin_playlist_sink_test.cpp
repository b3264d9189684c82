// Playlists on a Jellyfin server: batches, updates in place, and what is never deleted.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "jellyfin_fixture.hpp"
#include "publishing.hpp"

namespace audiomuse::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class JellyfinSinkTest : public JellyfinTest {
  protected:
    void SetUp() override {
        for (int i = 0; i < 700; ++i) {
            m_server.add_song(song(i), fmt::format("Song {}", i));
        }
    }
    static std::string song(int number) { return JellyfinServer::make_id('f', static_cast<std::size_t>(number)); }
    static Playlist playlist(const std::string& name, const std::vector<int>& songs) {
        Playlist result;
        result.id = PlaylistId("ours");
        result.name = name;
        for (const int number : songs) {
            result.songs.push_back({TrackId(song(number)), {}, {}, {}, 0});
        }
        return result;
    }
    std::vector<std::string> songs_of(const std::string& id) {
        const std::lock_guard lock(m_server.mutex);
        return m_server.playlists.at(id).songs;
    }
    std::vector<std::string> calls_since(std::size_t before) {
        auto calls = m_server.calls();
        calls.erase(calls.begin(), calls.begin() + static_cast<std::ptrdiff_t>(before));
        std::erase_if(calls, [](const std::string& call) { return call.starts_with("GET"); });
        return calls;
    }
    Publishing sink(const std::string& token = "secret") { return sink(jellyfin_settings(m_server, token)); }
    Publishing sink(library::JellyfinSettings settings) {
        m_sinks.push_back(std::make_unique<library::JellyfinPlaylistSink>(std::move(settings), m_http));
        return Publishing(*m_sinks.back());
    }
    std::vector<std::unique_ptr<library::JellyfinPlaylistSink>> m_sinks;
};

TEST_F(JellyfinSinkTest, LongPlaylistsAreMadeInBatches) {
    std::vector<int> numbers;
    for (int i = 0; i < 620; ++i) {
        numbers.push_back(619 - i);
    }
    auto target = sink();
    const auto published = target.publish(playlist("Long", numbers), std::nullopt);
    ASSERT_TRUE(published) << published.error().message;
    const auto songs = songs_of(published->external_id);
    ASSERT_EQ(songs.size(), 620U);
    EXPECT_EQ(songs.front(), song(619));
    EXPECT_EQ(songs.back(), song(0));
    for (const ServedRequest& request : m_server.requests()) {
        EXPECT_LT(request.target.size(), 8'000U);
    }
    EXPECT_EQ(std::ranges::count(m_server.calls(), "POST /Playlists/" + published->external_id + "/Items"), 3);
}

TEST_F(JellyfinSinkTest, TheOwnerAndWhoSeesItAreThoseOfTheSettings) {
    auto settings = jellyfin_settings(m_server, "key");
    for (const bool is_public : {false, true}) {
        settings.public_playlists = is_public;
        ASSERT_TRUE(sink(settings).publish(playlist("A", {1}), std::nullopt));
    }
    std::vector<nlohmann::json> bodies;
    for (const ServedRequest& request : m_server.requests()) {
        if (request.method == "POST") {
            bodies.push_back(nlohmann::json::parse(request.body));
        }
    }
    ASSERT_EQ(bodies.size(), 2U);
    EXPECT_EQ(
        bodies[0],
        (nlohmann::json{
            {"Name", "A"}, {"Ids", {song(1)}}, {"UserId", m_server.users[0].id}, {"MediaType", "Audio"}, {"IsPublic", false}}));
    EXPECT_EQ(bodies[1].at("IsPublic"), true);
}

TEST_F(JellyfinSinkTest, AnUpdateAddsThenRemovesThenMoves) {
    auto target = sink();
    const auto first = target.publish(playlist("A", {1, 2, 3, 4}), std::nullopt);
    ASSERT_TRUE(first);
    const auto before = m_server.requests().size();
    const auto second = target.publish(playlist("A", {5, 1, 4, 3}), *first);
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(second->external_id, first->external_id);
    EXPECT_THAT(songs_of(first->external_id), ElementsAre(song(5), song(1), song(4), song(3)));
    const std::string path = "/Playlists/" + first->external_id + "/Items";
    EXPECT_THAT(calls_since(before),
                ElementsAre("POST " + path, "DELETE " + path, "POST " + path + "/entry-" + song(5) + "/Move/0",
                            "POST " + path + "/entry-" + song(4) + "/Move/2"));
}

TEST_F(JellyfinSinkTest, AnApiKeyReplacesWhatItCannotUpdate) {
    auto target = sink("key");
    const auto first = target.publish(playlist("A", {1, 2}), std::nullopt);
    ASSERT_TRUE(first);
    const auto second = target.publish(playlist("A", {1, 3}), *first);
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_NE(second->external_id, first->external_id);
    EXPECT_EQ(m_server.playlists.size(), 1U);
    EXPECT_THAT(songs_of(second->external_id), ElementsAre(song(1), song(3)));
}

TEST_F(JellyfinSinkTest, SongsTheServerDoesNotHaveAreLeftOut) {
    auto target = sink();
    const auto published = target.publish(playlist("A", {1, 9'000, 2}), std::nullopt);
    ASSERT_TRUE(published);
    EXPECT_THAT(songs_of(published->external_id), ElementsAre(song(1), song(2)));
    EXPECT_EQ(target.remove(*published).value(), Removed::gone);
}

TEST_F(JellyfinSinkTest, APlaylistWithoutAnySongIsAnErrorAndGoes) {
    auto target = sink();
    const auto published = target.publish(playlist("A", {8'000, 9'000}), std::nullopt);
    ASSERT_FALSE(published);
    EXPECT_EQ(published.error().code, ErrorCode::not_found);
    EXPECT_THAT(published.error().message, HasSubstr("none of the 2 songs"));
    EXPECT_TRUE(m_server.playlists.empty());
}

TEST_F(JellyfinSinkTest, AFailureInTheMiddleLeavesNothingHalfMade) {
    std::vector<int> numbers(300);
    for (int i = 0; i < 300; ++i) {
        numbers[static_cast<std::size_t>(i)] = i;
    }
    m_server.set_special([](const ServedRequest& request, ServedConnection& connection) {
        return request.method == "POST" && request.path().ends_with("/Items") && connection.send(reply(500));
    });
    auto target = sink();
    EXPECT_FALSE(target.publish(playlist("A", numbers), std::nullopt));
    EXPECT_TRUE(m_server.playlists.empty());
}

TEST_F(JellyfinSinkTest, AnUpdateThatFailsInTheMiddleIsReplaced) {
    auto target = sink();
    const auto first = target.publish(playlist("A", {1, 2, 3}), std::nullopt);
    ASSERT_TRUE(first);
    m_server.set_special([](const ServedRequest& request, ServedConnection& connection) {
        return request.method == "DELETE" && request.path().starts_with("/Playlists/") && connection.send(reply(500));
    });
    const auto second = target.publish(playlist("A", {1, 2, 4}), *first);
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_NE(second->external_id, first->external_id);
    EXPECT_EQ(m_server.playlists.size(), 1U);
    EXPECT_THAT(songs_of(second->external_id), ElementsAre(song(1), song(2), song(4)));
}

TEST_F(JellyfinSinkTest, AnUpdateThatChangedNothingFails) {
    auto target = sink();
    const auto first = target.publish(playlist("A", {1, 2, 3}), std::nullopt);
    ASSERT_TRUE(first);
    m_server.set_special([](const ServedRequest& request, ServedConnection& connection) {
        return request.method == "POST" && request.path().starts_with("/Playlists/") && connection.send(reply(500));
    });
    EXPECT_FALSE(target.publish(playlist("A", {1, 2, 4}), *first));
    m_server.set_special({});
    const auto second = target.publish(playlist("A", {1, 2, 4}), *first);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->external_id, first->external_id);
}

TEST_F(JellyfinSinkTest, WhatAPersonAddsDuringAnUpdateIsThatPersons) {
    auto target = sink();
    const auto first = target.publish(playlist("A", {1, 2, 3, 4}), std::nullopt);
    ASSERT_TRUE(first);
    bool removing = false;
    m_server.set_special([&](const ServedRequest& request, ServedConnection&) {
        if (removing && request.method == "GET" && request.path().ends_with("/Items")) { // our next look, before the moves
            m_server.playlists.at(first->external_id).songs.push_back(song(99));
            removing = false;
        }
        removing |= request.method == "DELETE" && request.path().starts_with("/Playlists/");
        return false;
    });
    const auto second = target.publish(playlist("A", {5, 1, 4, 3}), *first);
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_NE(second->external_id, first->external_id);
    EXPECT_THAT(songs_of(second->external_id), ElementsAre(song(5), song(1), song(4), song(3)));
    EXPECT_THAT(songs_of(first->external_id), ElementsAre(song(1), song(3), song(4), song(5), song(99)));
    EXPECT_THAT(target.notes, Contains(HasSubstr("changed by a person and stays")));
}

TEST_F(JellyfinSinkTest, WhatAPersonTakesOutDuringAnUpdateStaysOut) {
    auto target = sink();
    const auto first = target.publish(playlist("A", {1, 2, 3, 4}), std::nullopt);
    ASSERT_TRUE(first);
    bool removing = false;
    m_server.set_special([&](const ServedRequest& request, ServedConnection&) {
        if (removing && request.method == "GET" && request.path().ends_with("/Items")) { // our next look, before the moves
            std::erase(m_server.playlists.at(first->external_id).songs, song(1));
            removing = false;
        }
        removing |= request.method == "DELETE" && request.path().starts_with("/Playlists/");
        return false;
    });
    const auto second = target.publish(playlist("A", {5, 1, 4, 3}), *first);
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_NE(second->external_id, first->external_id);
    EXPECT_THAT(songs_of(second->external_id), ElementsAre(song(5), song(1), song(4), song(3)));
    EXPECT_THAT(songs_of(first->external_id), ElementsAre(song(3), song(4), song(5)));
    EXPECT_THAT(target.notes, Contains(HasSubstr("changed by a person and stays")));
}

TEST_F(JellyfinSinkTest, WhatTheServerLosesDuringAnUpdateLeavesThePlaylistOurs) {
    auto target = sink();
    const auto first = target.publish(playlist("A", {1, 2, 3, 4}), std::nullopt);
    ASSERT_TRUE(first);
    bool removing = false;
    m_server.set_special([&](const ServedRequest& request, ServedConnection&) {
        if (removing && request.method == "GET" && request.path().ends_with("/Items")) {
            std::erase(m_server.playlists.at(first->external_id).songs, song(1));
            std::erase_if(m_server.songs, [](const auto& known) { return known.id == song(1); });
            removing = false;
        }
        removing |= request.method == "DELETE" && request.path().starts_with("/Playlists/");
        return false;
    });
    const auto second = target.publish(playlist("A", {5, 1, 4, 3}), *first);
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(second->external_id, first->external_id);
    EXPECT_THAT(songs_of(first->external_id), ElementsAre(song(5), song(4), song(3)));
}

TEST_F(JellyfinSinkTest, ARenamedPlaylistIsAPersons) {
    auto target = sink();
    const auto first = target.publish(playlist("A", {1, 2}), std::nullopt);
    ASSERT_TRUE(first);
    m_server.playlists.at(first->external_id).name = "My favourites";
    EXPECT_EQ(target.remove(*first).value(), Removed::kept_because_changed);
    const auto second = target.publish(playlist("A", {1, 2, 3}), *first);
    ASSERT_TRUE(second);
    EXPECT_NE(second->external_id, first->external_id);
    EXPECT_EQ(m_server.playlists.at(first->external_id).songs.size(), 2U);
}

TEST_F(JellyfinSinkTest, WhatIsNoPlaylistIsNeverDeleted) {
    auto target = sink();
    const auto first = target.publish(playlist("A", {1, 2}), std::nullopt);
    ASSERT_TRUE(first);
    const std::string id = first->external_id;
    m_server.set_special([&](const ServedRequest& request, ServedConnection& connection) {
        return request.target.find("ids=" + id) != std::string::npos && request.path() == "/Items" &&
               connection.send(reply(200,
                                     R"({"Items":[{"Id":")" + id + R"(","Name":"A","Type":"MusicAlbum"}],"TotalRecordCount":1})",
                                     {"Content-Type: application/json"}));
    });
    EXPECT_EQ(target.remove(*first).value(), Removed::gone) << "not ours any more";
    ASSERT_TRUE(target.publish(playlist("B", {1, 2}), *first)) << "beside it";
    for (const char* wrong : {"", "../Users", "a b"}) {
        EXPECT_EQ(target.remove(entry_of(wrong)).value(), Removed::gone) << wrong;
    }
    EXPECT_EQ(target.remove(entry_of(song(1))).value(), Removed::gone) << "a song has no places";
    for (const std::string& call : m_server.calls()) {
        EXPECT_FALSE(call.starts_with("DELETE")) << call;
    }
}

TEST_F(JellyfinSinkTest, ARefusalNamesTheCredential) {
    m_server.may_make_playlists = false;
    auto target = sink();
    const auto published = target.publish(playlist("A", {1}), std::nullopt);
    ASSERT_FALSE(published);
    EXPECT_EQ(published.error().code, ErrorCode::unauthorized);
    EXPECT_EQ(published.error().field, "jellyfin_token");
}

TEST_F(JellyfinSinkTest, APlaylistThatMayNotBeRemovedIsNamed) {
    auto target = sink();
    const auto first = target.publish(playlist("A", {1, 2}), std::nullopt);
    ASSERT_TRUE(first);
    for (const int status : {401, 403}) {
        m_server.set_special([status](const ServedRequest& request, ServedConnection& connection) {
            return request.method == "DELETE" && connection.send(reply(status));
        });
        EXPECT_EQ(target.remove(*first).value(), Removed::still_ours);
        EXPECT_THAT(target.notes,
                    ElementsAre("Jellyfin does not let the playlist \"A\" be removed: it seems to belong to another "
                                "user now. Remove it there by hand, or use the credentials of its owner or of an "
                                "administrator."));
    }
    m_server.set_special([](const ServedRequest&, ServedConnection& connection) { return connection.send(reply(401)); });
    EXPECT_EQ(target.remove(*first).value(), Removed::still_ours);
    EXPECT_THAT(target.notes.at(0), HasSubstr("refused the token"));
}

TEST_F(JellyfinSinkTest, ASongThatTheServerLostLeavesThePlaylistOurs) {
    auto target = sink();
    const auto first = target.publish(playlist("A", {1, 2, 3}), std::nullopt);
    ASSERT_TRUE(first);
    {
        const std::lock_guard lock(m_server.mutex);
        std::erase_if(m_server.songs, [](const JellyfinServer::Song& known) { return known.id == song(2); });
        m_server.playlists.at(first->external_id).songs = {song(1), song(3)};
    }
    const auto second = target.publish(playlist("A", {1, 3, 4}), *first);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->external_id, first->external_id);
    m_server.playlists.at(first->external_id).songs = {song(1), song(3)}; // a person took one out that is there
    EXPECT_EQ(target.remove(*second).value(), Removed::kept_because_changed);
}

TEST_F(JellyfinSinkTest, UsersAreFoundByNameAndById) {
    m_server.users.push_back({JellyfinServer::make_id('c', 2), "Alice"});
    auto settings = jellyfin_settings(m_server, "key");
    settings.playlist_users = {"alice", m_server.users[0].id, "ALICE"};
    library::JellyfinPlaylistSink target(settings, m_http);
    const auto owners = target.owners({});
    ASSERT_TRUE(owners) << owners.error().message;
    ASSERT_EQ(owners->size(), 2U);
    EXPECT_EQ((*owners)[0].user, m_server.users[1].id);
    EXPECT_EQ((*owners)[1].user, m_server.users[0].id);
    EXPECT_EQ((*owners)[0].sink, (*owners)[1].sink);
    settings.playlist_users = {"nobody"};
    library::JellyfinPlaylistSink wrong(settings, m_http);
    const auto none = wrong.owners({});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().field, "playlist_users");
    EXPECT_THAT(none.error().message, HasSubstr("no user \"nobody\" for playlists; it has: \"bob\", \"Alice\""));
}

TEST_F(JellyfinSinkTest, ACancelEndsARequestUnderWay) {
    std::stop_source stop;
    m_server.set_special([&](const ServedRequest& request, ServedConnection& connection) {
        if (request.method == "POST") {
            stop.request_stop();
            return connection.wait_until_closed();
        }
        return false;
    });
    library::JellyfinPlaylistSink target(jellyfin_settings(m_server), m_http);
    const auto owner = target.owners({}).value().front();
    const auto started = std::chrono::steady_clock::now();
    const auto made = target.create(
        owner, {"A", {song(1)}}, [](const auto&) { return Result<void>{}; }, stop.get_token());
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::cancelled);
    EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(2));
}

} // namespace
} // namespace audiomuse::test
