// Listings and downloads of a Jellyfin server, and what it may do wrong.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "jellyfin_fixture.hpp"

namespace audiomuse::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(JellyfinTest, TheTokenTravelsInOneHeaderOnly) {
    m_server.add_album("A", "Ada", 1, at_second(1));
    library::JellyfinSettings settings = jellyfin_settings(m_server);
    settings.device_id = "a \"b\",\r\nc";
    ASSERT_TRUE(list(settings));
    for (const ServedRequest& request : m_server.requests()) {
        EXPECT_EQ(
            request.header("authorization"),
            R"(MediaBrowser Client="audiomuse", Device="audiomuse", DeviceId="a%20%22b%22%2C%0D%0Ac", Version="1.0", Token="secret")");
        EXPECT_THAT(request.target, Not(HasSubstr("secret")));
    }
}

TEST_F(JellyfinTest, ATrackHasWhatTheServerSays) {
    m_server.add_album("A", "Ada", 1, at_second(1));
    ASSERT_TRUE(list(jellyfin_settings(m_server)));
    const Track& track = m_seen.at(0).tracks.at(0);
    EXPECT_EQ(track.title, "A 1");
    EXPECT_EQ(track.artist, "Ada");
    EXPECT_EQ(track.genre, "Jazz");
    EXPECT_EQ(track.year, 1999);
    EXPECT_EQ(track.track_number, 1);
    EXPECT_EQ(track.path, "/media/music/A 1.mp3");
    EXPECT_EQ(track.stamp, (FileStamp{12, 180'000}));
}

TEST_F(JellyfinTest, AllAlbumsTakeAPageOfAlbumsAndAPageOfSongs) {
    for (int i = 0; i < 120; ++i) {
        m_server.add_album(fmt::format("Album {}", i), "Ada", 9, at_second(i));
    }
    const auto listing = list(jellyfin_settings(m_server));
    ASSERT_TRUE(listing) << listing.error().message;
    EXPECT_EQ(listing->albums, 120U);
    EXPECT_EQ(listing->tracks, 1'080U);
    EXPECT_TRUE(listing->complete);
    EXPECT_EQ(m_seen.front().album.title, "Album 119");
    EXPECT_EQ(m_server.requests().size(), 5U) << "the user, 120 albums, and three pages of songs";
    ASSERT_TRUE(list(jellyfin_settings(m_server), {2}));
    EXPECT_THAT(titles(), ElementsAre("Album 119", "Album 118"));
    EXPECT_EQ(m_server.requests().size(), 9U);
}

TEST_F(JellyfinTest, AServerMaySendSmallerPages) {
    m_server.add_album("A", "Ada", 7, at_second(1));
    m_server.add_album("B", "Ada", 6, at_second(2));
    m_server.most_items = 5;
    const auto listing = list(jellyfin_settings(m_server));
    ASSERT_TRUE(listing);
    EXPECT_EQ(listing->tracks, 13U);
    EXPECT_TRUE(listing->complete);
}

TEST_F(JellyfinTest, SongsWithoutAnAlbumAreGroupedByTheirTag) {
    m_server.add_album("A", "Ada", 1, at_second(1));
    m_server.add_song(JellyfinServer::make_id('f', 1), "One");
    m_server.add_song(JellyfinServer::make_id('f', 2), "Two");
    m_server.add_song(JellyfinServer::make_id('f', 3), "Three");
    m_server.songs.back().album_title = "Single";
    const auto listing = list(jellyfin_settings(m_server));
    ASSERT_TRUE(listing);
    EXPECT_TRUE(listing->complete);
    EXPECT_EQ(listing->tracks, 4U);
    ASSERT_EQ(m_seen.size(), 3U);
    EXPECT_EQ(m_seen[0].album.title, "A");
    EXPECT_EQ(std::ranges::count(titles(), "Songs without an album"), 1);
    EXPECT_EQ(std::ranges::count(titles(), "Single"), 1);
    for (const Seen& seen : m_seen) {
        EXPECT_EQ(seen.tracks.front().album_id, seen.album.id);
    }
}

TEST_F(JellyfinTest, AnAlbumOfThousandsComesInParts) {
    m_server.add_album("A", "Ada", 5'003, at_second(1));
    const auto listing = list(jellyfin_settings(m_server));
    ASSERT_TRUE(listing);
    EXPECT_EQ(listing->tracks, 5'003U);
    EXPECT_THAT(titles(), ElementsAre("A", "A (2)"));
    EXPECT_NE(m_seen[0].album.id, m_seen[1].album.id);
    EXPECT_EQ(m_seen[1].tracks.front().album_id, m_seen[1].album.id);
}

TEST_F(JellyfinTest, OnlyTheNamedLibrariesAreListed) {
    m_server.add_album("A", "Ada", 1, at_second(1), m_server.libraries[0].id);
    m_server.add_album("B", "Ada", 2, at_second(2), m_server.libraries[1].id);
    library::JellyfinSettings settings = jellyfin_settings(m_server);
    settings.music_libraries = {"more"};
    ASSERT_TRUE(list(settings));
    EXPECT_THAT(titles(), ElementsAre("B"));
    settings.music_libraries = {"Music", "More", "music"};
    ASSERT_TRUE(list(settings));
    EXPECT_THAT(titles(), ElementsAre("B", "A"));
    settings.music_libraries = {"Musik"};
    const auto listing = list(settings);
    ASSERT_FALSE(listing);
    EXPECT_EQ(listing.error().field, "music_libraries");
    EXPECT_THAT(listing.error().message, AllOf(HasSubstr("\"Musik\""), HasSubstr("\"Music\", \"More\"")));
}

TEST_F(JellyfinTest, TheUserIsFoundByIdNameOrBecauseThereIsOnlyOne) {
    m_server.add_album("A", "Ada", 1, at_second(1));
    library::JellyfinSettings settings = jellyfin_settings(m_server, "key");
    ASSERT_TRUE(list(settings)) << "the only user";
    m_server.users.push_back({"0123456789abcdef0123456789abcdef", "alice"});
    const auto listing = list(settings);
    ASSERT_FALSE(listing);
    EXPECT_EQ(listing.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(listing.error().field, "jellyfin_user_id");
    EXPECT_THAT(listing.error().message, HasSubstr(R"("bob", "alice")"));
    for (const char* user : {"Alice", "0123456789abcdef0123456789abcdef", "01234567-89AB-CDEF-0123-456789ABCDEF"}) {
        settings.user = user;
        ASSERT_TRUE(list(settings)) << user;
        EXPECT_THAT(m_server.requests().back().target, HasSubstr("userId=0123456789abcdef0123456789abcdef"));
    }
    settings.user = "carol";
    EXPECT_THAT(list(settings).error().message, AllOf(HasSubstr("\"carol\""), HasSubstr("alice")));
}

TEST_F(JellyfinTest, AnOldServerIsAskedForLibrariesInTheOldWay) {
    m_server.add_album("A", "Ada", 1, at_second(1));
    m_server.set_special([](const ServedRequest& request, ServedConnection& connection) {
        if (request.path() == "/UserViews") {
            return connection.send(reply(404));
        }
        return request.path().ends_with("/Views") &&
               connection.send(
                   reply(200, R"({"Items":[{"Id":"d0000000-0000-0000-0000-000000000001","Name":"Music"}],"TotalRecordCount":1})",
                         {"Content-Type: application/json"}));
    });
    library::JellyfinSettings settings = jellyfin_settings(m_server);
    settings.music_libraries = {"Music"};
    const auto listing = list(settings);
    ASSERT_TRUE(listing) << listing.error().message;
    EXPECT_EQ(listing->tracks, 1U);
}

TEST_F(JellyfinTest, AnAddressMayHaveAPath) {
    m_server.prefix = "/media/jellyfin";
    m_server.add_album("A", "Ada", 1, at_second(1));
    library::JellyfinSettings settings = jellyfin_settings(m_server);
    settings.url = m_server.address("/media/jellyfin/");
    EXPECT_TRUE(list(settings));
    settings.url = "ftp://nas";
    EXPECT_EQ(list(settings).error().field, "jellyfin_url");
}

TEST_F(JellyfinTest, ARefusedTokenEndsTheListingAndNamesTheCredential) {
    auto listing = list(jellyfin_settings(m_server, "wrong"));
    ASSERT_FALSE(listing);
    EXPECT_EQ(listing.error().code, ErrorCode::unauthorized);
    EXPECT_EQ(listing.error().field, "jellyfin_token");
    EXPECT_THAT(listing.error().message, AllOf(HasSubstr("refused the token (401)"), Not(HasSubstr("wrong\""))));
    m_server.add_album("A", "Ada", 1, at_second(1));
    int requests = 0;
    m_server.set_special(
        [&](const ServedRequest&, ServedConnection& connection) { return ++requests == 3 && connection.send(reply(401)); });
    EXPECT_EQ(list(jellyfin_settings(m_server)).error().code, ErrorCode::unauthorized) << "in the middle";
}

TEST_F(JellyfinTest, DownloadsSayWhyTheyFail) {
    m_server.add_album("A", "Ada", 2, at_second(1));
    library::JellyfinMusicSource source(jellyfin_settings(m_server), {.spool_folder = m_folder.path()}, m_http);
    ASSERT_TRUE(list(source));
    Track track = m_seen.at(0).tracks.at(0);
    m_server.may_download = false;
    auto input = source.open(track, {});
    ASSERT_FALSE(input);
    EXPECT_EQ(input.error().code, FailureCode::refused);
    EXPECT_EQ(input.error().scope, FailureScope::credential);
    m_server.may_download = true;
    track.stamp.size_bytes += 1;
    input = source.open(track, {});
    ASSERT_FALSE(input) << "shorter than the listing says";
    EXPECT_EQ(input.error().code, FailureCode::unreachable);
    track.id = TrackId("../Playlists");
    EXPECT_EQ(source.open(track, {}).error().code, FailureCode::not_found);
}

TEST_F(JellyfinTest, AMappedFileIsNotFetched) {
    m_server.add_album("A", "Ada", 1, at_second(1));
    m_folder.write("mounted/A 1.mp3", "AUDIO OF A 1");
    library::RemoteAudioSettings audio{.spool_folder = m_folder.path()};
    audio.path_map = {{"/media/music", m_folder.path() / "mounted"}};
    library::JellyfinMusicSource source(jellyfin_settings(m_server), audio, m_http);
    ASSERT_TRUE(list(source));
    const auto before = m_server.requests().size();
    ASSERT_TRUE(source.open(m_seen.at(0).tracks.at(0), {}));
    EXPECT_EQ(m_server.requests().size(), before);
}

/// Answers to the first page of songs.
class JellyfinAnswerTest : public JellyfinTest {
  protected:
    Result<Listing> list_with(const std::string& songs, const std::string& type = "application/json") {
        m_server.set_special([=](const ServedRequest& request, ServedConnection& connection) {
            return request.target.find("includeItemTypes=Audio") != std::string::npos &&
                   connection.send(reply(200, songs, {"Content-Type: " + type}));
        });
        return list(jellyfin_settings(m_server));
    }
};

TEST_F(JellyfinAnswerTest, WhatIsNoListOfItemsEndsInAClearError) {
    std::string deep(50, '[');
    deep += std::string(50, ']');
    const std::string huge = "[" + std::string(1'200'000, ',') + "]";
    for (const auto& [answer, words] : std::vector<std::pair<std::string, std::string>>{
             {"", "no valid JSON"},
             {"{\"Items\":[", "no valid JSON"},
             {deep, "nested too deeply"},
             {std::string(1'000'000, '{'), "nested too deeply"},
             {huge, "too many values"},
             {"{\"Items\":[{\"Name\":\"\xFF\"}],\"TotalRecordCount\":1}", "no valid JSON"},
             {"[]", "no list of items"},
             {"null", "no list of items"},
             {R"({"Items":{}})", "no list of items"},
             {R"({"Items":[],"TotalRecordCount":"1"})", "no number of items"},
             {R"({"Items":[],"TotalRecordCount":-1})", "no number of items"},
             {R"({"Items":[],"TotalRecordCount":1e999})", "no valid JSON"}}) {
        const auto listing = list_with(answer);
        ASSERT_FALSE(listing) << words;
        EXPECT_EQ(listing.error().code, ErrorCode::unavailable);
        EXPECT_THAT(listing.error().message, HasSubstr(words));
    }
    EXPECT_THAT(list_with("<html>", "text/html").error().message, HasSubstr("web page"));
    EXPECT_FALSE(list_with(std::string(9U << 20U, ' '))) << "above the limit of size";
}

TEST_F(JellyfinAnswerTest, ItemsOfTheWrongTypeAreLeftOutAndMissed) {
    const auto listing = list_with(
        R"({"Items":[1,null,[],{"Id":5},{"Id":"a b"},{"Id":"f0000000-0000-0000-0000-00000000000A","Name":7,"RunTimeTicks":"x",
                      "MediaSources":{},"Genres":[1],"IndexNumber":-4,"ProductionYear":99999999999}],"TotalRecordCount":6})");
    ASSERT_TRUE(listing) << listing.error().message;
    EXPECT_EQ(listing->tracks, 1U);
    EXPECT_FALSE(listing->complete);
    EXPECT_THAT(listing->problems, ElementsAre("The server says that it has 6 songs, but it listed only 1."));
    const Track& track = m_seen.at(0).tracks.at(0);
    EXPECT_EQ(track.id, TrackId("f000000000000000000000000000000a"));
    EXPECT_EQ(track.title, "Untitled");
    EXPECT_EQ(track.stamp, FileStamp{});
    EXPECT_EQ(track.track_number, 0);
    EXPECT_EQ(track.year, 0);
}

TEST_F(JellyfinAnswerTest, APageThatRepeatsEndsTheListing) {
    const auto listing = list_with(R"({"Items":[{"Id":"x","Name":"X"}],"TotalRecordCount":18446744073709551615})");
    ASSERT_FALSE(listing);
    EXPECT_THAT(listing.error().message, HasSubstr("the same page again"));
}

TEST_F(JellyfinTest, ATotalThatIsTooHighIsAProblem) {
    m_server.set_special([](const ServedRequest& request, ServedConnection& connection) {
        if (request.target.find("includeItemTypes=Audio") == std::string::npos) {
            return false;
        }
        const bool is_first = request.target.find("startIndex=0") != std::string::npos;
        return connection.send(
            reply(200, is_first ? R"({"Items":[{"Id":"x"}],"TotalRecordCount":900})" : R"({"Items":[],"TotalRecordCount":900})",
                  {"Content-Type: application/json"}));
    });
    const auto listing = list(jellyfin_settings(m_server));
    ASSERT_TRUE(listing) << listing.error().message;
    EXPECT_FALSE(listing->complete);
    EXPECT_EQ(listing->problems.size(), 1U);
}

TEST_F(JellyfinTest, APageThatCannotBeReadIsAProblem) {
    m_server.add_album("A", "Ada", 1'100, at_second(1));
    m_server.set_special([](const ServedRequest& request, ServedConnection& connection) {
        return request.target.find("startIndex=500") != std::string::npos && connection.send(reply(500));
    });
    const auto listing = list(jellyfin_settings(m_server));
    ASSERT_TRUE(listing) << listing.error().message;
    EXPECT_FALSE(listing->complete);
    EXPECT_EQ(listing->tracks, 600U);
    EXPECT_EQ(listing->problems.size(), 2U);
}

TEST_F(JellyfinTest, AnAlbumThatVanishesIsAProblem) {
    for (int i = 0; i < 4; ++i) {
        m_server.add_album(fmt::format("Album {}", i), "Ada", 2, at_second(i));
    }
    const std::string vanished = m_server.albums[3].id;
    for (const int status : {404, 500, 401}) {
        m_server.set_special([&](const ServedRequest& request, ServedConnection& connection) {
            return request.target.find("parentId=" + vanished) != std::string::npos &&
                   connection.send(reply(status, "bob is not permitted to access Library X.", {"Content-Type: text/plain"}));
        });
        const auto listing = list(jellyfin_settings(m_server), {2});
        ASSERT_TRUE(listing) << listing.error().message;
        EXPECT_THAT(titles(), ElementsAre("Album 2", "Album 1"));
        EXPECT_EQ(listing->problems.size(), 1U);
    }
}

TEST_F(JellyfinTest, AnEmptyServerIsNotComplete) {
    const auto listing = list(jellyfin_settings(m_server));
    ASSERT_TRUE(listing);
    EXPECT_FALSE(listing->complete);
}

} // namespace
} // namespace audiomuse::test
