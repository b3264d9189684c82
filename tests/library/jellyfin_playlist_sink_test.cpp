// Playlists on a Jellyfin server: batches, updates in place, and what is never deleted.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "jellyfin_fixture.hpp"

namespace audiomuse::test {
namespace {

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
    library::JellyfinPlaylistSink sink(const std::string& token = "secret") {
        return library::JellyfinPlaylistSink(jellyfin_settings(m_server, token), m_http);
    }
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
        library::JellyfinPlaylistSink target(settings, m_http);
        ASSERT_TRUE(target.publish(playlist("A", {1}), std::nullopt));
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
    EXPECT_EQ(target.remove(*published).value(), RemovalOutcome::removed);
}

TEST_F(JellyfinSinkTest, APlaylistWithoutAnySongIsAnErrorAndGoes) {
    auto target = sink();
    const auto published = target.publish(playlist("A", {8'000, 9'000}), std::nullopt);
    ASSERT_FALSE(published);
    EXPECT_EQ(published.error().code, ErrorCode::unavailable);
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

TEST_F(JellyfinSinkTest, ARenamedPlaylistIsAPersons) {
    auto target = sink();
    const auto first = target.publish(playlist("A", {1, 2}), std::nullopt);
    ASSERT_TRUE(first);
    m_server.playlists.at(first->external_id).name = "My favourites";
    EXPECT_EQ(target.remove(*first).value(), RemovalOutcome::kept_because_changed);
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
    EXPECT_EQ(target.remove(*first).value(), RemovalOutcome::kept_because_changed);
    ASSERT_TRUE(target.publish(playlist("B", {1, 2}), *first)) << "beside it";
    for (const char* wrong : {"", "../Users", "a b"}) {
        EXPECT_EQ(target.remove({PlaylistId("x"), wrong, "hash"}).value(), RemovalOutcome::kept_because_changed) << wrong;
    }
    EXPECT_EQ(target.remove({PlaylistId("x"), song(1), "hash"}).value(), RemovalOutcome::already_gone) << "a song has no places";
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

} // namespace
} // namespace audiomuse::test
