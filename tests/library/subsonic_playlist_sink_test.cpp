#include <library/subsonic_playlist_sink.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "publishing.hpp"
#include "subsonic_fixture.hpp"

namespace audiomuse::library {
namespace {

using test::Removed;
using test::reply;
using test::SubsonicProfile;
using test::SubsonicWorld;

Playlist playlist(const std::string& name, int from, int to) {
    Playlist result;
    result.id = PlaylistId("ours");
    result.name = name;
    for (int i = from; i <= to; ++i) {
        result.songs.push_back({TrackId(fmt::format("t{}", i)), "", "", "", 0});
    }
    return result;
}

std::vector<std::string> ids(int from, int to) {
    std::vector<std::string> result;
    for (int i = from; i <= to; ++i) {
        result.push_back(fmt::format("t{}", i));
    }
    return result;
}

struct SinkWorld : SubsonicWorld {
    explicit SinkWorld(SubsonicProfile profile, int songs = 700) : SubsonicWorld(std::move(profile)) {
        for (int i = 1; i <= songs; ++i) {
            fake.add_song({.id = fmt::format("t{}", i), .title = fmt::format("Song {}", i)});
        }
    }
    SubsonicPlaylistSink target{{access(), {}}, http};
    test::Publishing sink{target};
};

class SubsonicPlaylistSinkTest : public testing::TestWithParam<SubsonicProfile (*)()> {};

TEST_P(SubsonicPlaylistSinkTest, LargePlaylistsArriveWholeAndInOrder) {
    SinkWorld world(GetParam()());
    const auto made = world.sink.publish(playlist("Grüße_automatic", 1, 600), std::nullopt);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(world.fake.playlists.at(made->external_id).songs, ids(1, 600));
    EXPECT_EQ(world.fake.playlists.at(made->external_id).name, "Grüße_automatic");
    const auto updated = world.sink.publish(playlist("Grüße_automatic", 300, 700), made.value());
    ASSERT_TRUE(updated) << updated.error().message;
    EXPECT_EQ(updated->external_id, made->external_id);
    EXPECT_EQ(world.fake.playlists.at(made->external_id).songs, ids(300, 700));
    for (const auto& request : world.fake.requests()) {
        EXPECT_LT(request.target.size(), 4'000U) << "an address that every proxy takes";
    }
}

TEST_P(SubsonicPlaylistSinkTest, SongsThatTheServerNoLongerKnowsAreLeftOut) {
    SinkWorld world(GetParam()(), 5);
    const auto made = world.sink.publish(playlist("A", 3, 8), std::nullopt);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(world.fake.playlists.at(made->external_id).songs, ids(3, 5));
    EXPECT_EQ(world.fake.playlists.size(), 1U);
    const auto again = world.sink.publish(playlist("A", 2, 8), made.value());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->external_id, made->external_id);
    EXPECT_EQ(world.fake.playlists.at(made->external_id).songs, ids(2, 5));
}

TEST_P(SubsonicPlaylistSinkTest, APlaylistOfUnknownSongsOnlyIsNotMade) {
    SinkWorld world(GetParam()(), 0);
    const auto made = world.sink.publish(playlist("A", 1, 3), std::nullopt);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::not_found);
    EXPECT_TRUE(world.fake.playlists.empty());
}

TEST_P(SubsonicPlaylistSinkTest, ARenamedPlaylistBelongsToThePerson) {
    SinkWorld world(GetParam()(), 5);
    const auto made = world.sink.publish(playlist("A", 1, 3), std::nullopt).value();
    world.fake.playlists.at(made.external_id).name = "My favourites";
    const auto second = world.sink.publish(playlist("A", 1, 4), made).value();
    EXPECT_NE(second.external_id, made.external_id);
    EXPECT_EQ(world.sink.notes, std::vector<std::string>{"The playlist \"My favourites\" was changed by a person and stays."});
    EXPECT_EQ(world.sink.remove(made).value(), Removed::kept_because_changed);
    EXPECT_EQ(world.fake.playlists.at(made.external_id).songs, ids(1, 3));
}

INSTANTIATE_TEST_SUITE_P(Servers, SubsonicPlaylistSinkTest,
                         testing::Values(test::navidrome_profile, test::gonic_profile, test::supysonic_profile,
                                         test::smolsonic_profile));

TEST(SubsonicPlaylistSink, AdditionsComeBeforeRemovals) {
    SinkWorld world(test::smolsonic_profile());
    const auto made = world.sink.publish(playlist("A", 1, 400), std::nullopt).value();
    std::size_t fewest = 1'000;
    world.fake.intercept([&](const std::string& method, const auto&) -> std::optional<std::string> {
        if (method == "updatePlaylist") {
            fewest = std::min(fewest, world.fake.playlists.at(made.external_id).songs.size());
        }
        return std::nullopt;
    });
    ASSERT_TRUE(world.sink.publish(playlist("A", 301, 700), made));
    EXPECT_GE(fewest, 400U);
}

TEST(SubsonicPlaylistSink, NewPlaylistsAreFoundAmongOthersOfTheirName) {
    SinkWorld world(test::supysonic_profile(), 5);
    world.fake.playlists["a-persons"] = {"A", {"t1"}, false};
    const auto made = world.sink.publish(playlist("A", 1, 3), std::nullopt);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_NE(made->external_id, "a-persons");
    EXPECT_EQ(world.fake.playlists.at("a-persons").songs, ids(1, 1));
}

TEST(SubsonicPlaylistSink, PublicIsASetting) {
    for (const auto& profile : {test::navidrome_profile(), test::supysonic_profile()}) {
        SinkWorld world(profile, 5);
        SubsonicPlaylistSink everyone({world.access(), SubsonicPlaylistSink::Visibility::everyone}, world.http);
        test::Publishing to_all(everyone);
        const auto made = to_all.publish(playlist("A", 1, 3), std::nullopt).value();
        EXPECT_TRUE(world.fake.playlists.at(made.external_id).is_public);
        const auto again = world.sink.publish(playlist("A", 1, 3), made).value();
        EXPECT_EQ(again.external_id, made.external_id);
        EXPECT_FALSE(world.fake.playlists.at(made.external_id).is_public);
    }
}

TEST(SubsonicPlaylistSink, AFailureInTheMiddleLeavesNoHalfPlaylist) {
    SinkWorld world(test::smolsonic_profile());
    world.fake.intercept([](const std::string& method, const auto&) -> std::optional<std::string> {
        return method == "updatePlaylist" ? std::optional(reply(500, "no")) : std::nullopt;
    });
    const auto made = world.sink.publish(playlist("A", 1, 600), std::nullopt);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::unavailable);
    EXPECT_TRUE(world.fake.playlists.empty());
}

TEST(SubsonicPlaylistSink, ACreationThatBrokeOffIsNotRepeated) {
    SinkWorld world(test::smolsonic_profile(), 5);
    world.fake.intercept([](const std::string& method, const auto&) -> std::optional<std::string> {
        return method == "createPlaylist"
                   ? std::optional<std::string>("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9\r\n\r\n")
                   : std::nullopt;
    });
    EXPECT_FALSE(world.sink.publish(playlist("A", 1, 3), std::nullopt));
    EXPECT_EQ(world.fake.count("createPlaylist"), 1);
}

TEST(SubsonicPlaylistSink, AServerThatKeepsOtherSongsIsAnError) {
    SinkWorld world(test::navidrome_profile(), 5);
    world.fake.intercept([](const std::string& method, const auto&) -> std::optional<std::string> {
        return method == "getPlaylist"
                   ? std::optional(reply(200, R"({"subsonic-response": {"status": "ok", "playlist": {"id": 1}}})"))
                   : std::nullopt;
    });
    const auto made = world.sink.publish(playlist("A", 1, 3), std::nullopt);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::conflict);
    EXPECT_TRUE(world.fake.playlists.empty());
}

TEST(SubsonicPlaylistSink, ForeignPlaylistsAreLeftAlone) {
    SinkWorld world(test::gonic_profile(), 5);
    world.fake.intercept([](const std::string& method, const auto&) -> std::optional<std::string> {
        return method == "getPlaylist"
                   ? std::optional(reply(200, R"({"subsonic-response": {"status": "failed", "error": {"code": 50}}})"))
                   : std::nullopt;
    });
    EXPECT_EQ(world.sink.remove(test::entry_of("p1", {"A", {"t1"}})).value(), Removed::kept_because_changed);
    EXPECT_EQ(world.fake.count("deletePlaylist"), 0);
}

TEST(SubsonicPlaylistSink, APlaylistThatMayNotBeRemovedIsNamed) {
    SinkWorld world(test::navidrome_profile(), 5);
    const auto made = world.sink.publish(playlist("A", 1, 3), std::nullopt).value();
    world.fake.intercept([](const std::string& method, const auto&) -> std::optional<std::string> {
        return method == "deletePlaylist" || method == "updatePlaylist"
                   ? std::optional(reply(200, R"({"subsonic-response": {"status": "failed", "error": {"code": 50}}})"))
                   : std::nullopt;
    });
    EXPECT_EQ(world.sink.remove(made).value(), Removed::still_ours);
    EXPECT_EQ(world.sink.notes, std::vector<std::string>{
                                    "Navidrome does not let the playlist \"A\" be removed: it seems to belong to another user "
                                    "now. Remove it there by hand, or use the credentials of its owner or of an administrator."});
    const auto beside = world.sink.publish(playlist("A", 1, 4), made);
    ASSERT_TRUE(beside) << beside.error().message;
    EXPECT_EQ(world.fake.playlists.size(), 2U);
}

TEST(SubsonicPlaylistSink, ASongThatTheServerLostLeavesThePlaylistOurs) {
    SinkWorld world(test::navidrome_profile(), 5);
    const auto made = world.sink.publish(playlist("A", 1, 3), std::nullopt).value();
    world.fake.songs.erase("t2");
    world.fake.playlists.at(made.external_id).songs = {"t1", "t3"};
    EXPECT_EQ(world.sink.remove(made).value(), Removed::gone);
    EXPECT_TRUE(world.fake.playlists.empty());
}

TEST(SubsonicPlaylistSink, OnlyWhatTheServerSaysOfTheSongLosesIt) {
    SinkWorld world(test::supysonic_profile(), 2);
    const auto lost = [&] { return world.target.lost_songs(world.target.owners({}).value().front(), ids(1, 1), {}); };
    std::string error;
    world.fake.intercept([&](const std::string& method, const auto&) -> std::optional<std::string> {
        if (method != "getSong") {
            return std::nullopt;
        }
        return reply(200, fmt::format(R"({{"subsonic-response":{{"status":"failed","version":"1.12.0","error":{}}}}})", error));
    });
    error = R"({"code":0,"message":"OperationalError: database is locked"})";
    ASSERT_FALSE(lost());
    EXPECT_EQ(lost().error().message.find("locked"), std::string::npos) << "the server's words may hold anything";
    error = R"({"code":0,"message":"ValueError: badly formed hexadecimal UUID string"})";
    EXPECT_EQ(lost().value(), ids(1, 1));
    error = R"({"code":70,"message":"Track not found"})";
    EXPECT_EQ(lost().value(), ids(1, 1));
}

TEST(SubsonicPlaylistSink, AnErrorWithoutAReasonIsAskedAboutOnceMore) {
    SinkWorld world(test::supysonic_profile(), 2);
    const auto owner = world.target.owners({}).value().front();
    int refusals = 0;
    int asked = 0;
    int code = 0;
    std::string message = "OperationalError: database is locked";
    world.fake.intercept([&](const std::string& method, const auto&) -> std::optional<std::string> {
        if (method != "getSong" || asked++ >= refusals) {
            return std::nullopt;
        }
        return reply(
            200, fmt::format(
                     R"({{"subsonic-response":{{"status":"failed","version":"1.12.0","error":{{"code":{},"message":"{}"}}}}}})",
                     code, message));
    });
    const auto lost = [&](int times) {
        refusals = times;
        asked = 0;
        return world.target.lost_songs(owner, ids(1, 1), {});
    };
    EXPECT_EQ(lost(1).value(), std::vector<std::string>{});
    EXPECT_EQ(asked, 2);
    ASSERT_FALSE(lost(100));
    EXPECT_EQ(asked, 2) << "once more, and no oftener";
    message = "ValueError: badly formed hexadecimal UUID string";
    EXPECT_EQ(lost(100).value(), ids(1, 1));
    EXPECT_EQ(asked, 1);
    code = 30; // the words mean a lost song only where they were measured
    EXPECT_FALSE(lost(100));
}

TEST(SubsonicPlaylistSink, TheCredentialsAreOfOneUser) {
    SinkWorld world(test::navidrome_profile(), 0);
    const PlaylistOwner owner = world.target.owners({}).value().front();
    EXPECT_TRUE(world.target.can_act_for(owner));
    EXPECT_FALSE(world.target.can_act_for({owner.sink, "eve"}));
}

} // namespace
} // namespace audiomuse::library
