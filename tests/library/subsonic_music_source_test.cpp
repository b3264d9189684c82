#include <library/subsonic_music_source.hpp>

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <base/text.hpp>

#include "subsonic_fixture.hpp"

namespace audiomuse::library {
namespace {

using test::reply;
using test::SubsonicProfile;
using test::SubsonicWorld;
using namespace std::chrono_literals;

UtcTime at(int seconds) { return UtcTime(std::chrono::seconds(1'600'000'000 + seconds)); }

struct SourceWorld : SubsonicWorld {
    explicit SourceWorld(SubsonicProfile profile = test::navidrome_profile()) : SubsonicWorld(std::move(profile)) {}

    void fill(int albums, int songs) {
        for (int i = 0; i < albums; ++i) {
            fake.add_album(fmt::format("Album {}", i), "Ada", songs, at(i));
        }
    }
    std::vector<std::string> list(SubsonicMusicSource& from, AlbumLimit limit = {}) {
        std::vector<std::string> titles;
        tracks.clear();
        auto result = from.visit_albums(limit,
                                        [&](const Album& album, std::span<const Track> some) -> Result<void> {
                                            titles.push_back(album.title);
                                            tracks.insert(tracks.end(), some.begin(), some.end());
                                            return {};
                                        },
                                        {});
        error = result ? Error{} : result.error();
        listing = result.value_or(Listing{});
        return titles;
    }
    Listing listing;
    Error error;
    std::vector<Track> tracks;
    SubsonicMusicSource source{source_settings(), http};
};

class SubsonicMusicSourceTest : public testing::TestWithParam<SubsonicProfile (*)()> {};

TEST_P(SubsonicMusicSourceTest, AWholeLibraryIsListedInFewRequests) {
    SourceWorld world(GetParam()());
    world.fill(1'100, 3);
    const auto titles = world.list(world.source);
    EXPECT_EQ(titles.size(), 1'100U);
    EXPECT_EQ(titles.front(), "Album 1099");
    EXPECT_EQ(titles.back(), "Album 0");
    EXPECT_EQ(world.listing.tracks, 3'300U);
    EXPECT_TRUE(world.listing.complete) << (world.listing.problems.empty() ? "" : world.listing.problems.front());
    EXPECT_EQ(world.fake.count("getAlbum"), 0);
    EXPECT_LE(world.fake.calls().size(), 20U) << "3 or 4 pages of albums, 5 of songs, a login";
    EXPECT_TRUE(std::ranges::is_sorted(std::vector(world.tracks.begin(), world.tracks.begin() + 3), {}, &Track::track_number));
}

TEST_P(SubsonicMusicSourceTest, SongsThatASearchLeavesOutComeFromTheirAlbum) {
    SourceWorld world(GetParam()());
    world.fill(30, 2);
    world.fake.intercept([](const std::string& method, const auto&) -> std::optional<std::string> {
        return method == "search3"
                   ? std::optional(reply(
                         200,
                         R"({"subsonic-response": {"status": "ok", "searchResult3": {"song": [{"id": "s-1-1", "albumId": "1"}]}}})"))
                   : std::nullopt;
    });
    EXPECT_EQ(world.list(world.source).size(), 30U);
    EXPECT_EQ(world.listing.tracks, 60U);
    EXPECT_TRUE(world.listing.complete);
    EXPECT_EQ(world.fake.count("getAlbum"), 30);
}

TEST_P(SubsonicMusicSourceTest, OnlyTheNewestAlbumsOfALimitAreAskedFor) {
    SourceWorld world(GetParam()());
    world.fill(30, 2);
    EXPECT_EQ(world.list(world.source, {3}), (std::vector<std::string>{"Album 29", "Album 28", "Album 27"}));
    EXPECT_FALSE(world.listing.complete);
    EXPECT_TRUE(world.listing.problems.empty());
    EXPECT_EQ(world.fake.count("getAlbum"), 3);
    EXPECT_EQ(world.fake.count("search3"), 0);
}

TEST_P(SubsonicMusicSourceTest, AnEmptyLibraryIsEmpty) {
    SourceWorld world(GetParam()());
    EXPECT_TRUE(world.list(world.source).empty());
    EXPECT_EQ(world.error.message, "");
    EXPECT_EQ(world.listing.tracks, 0U);
}

INSTANTIATE_TEST_SUITE_P(Servers, SubsonicMusicSourceTest,
                         testing::Values(test::navidrome_profile, test::gonic_profile, test::supysonic_profile,
                                         test::smolsonic_profile));

TEST(SubsonicMusicSource, SongsWithoutAnAlbumAreVisitedLast) {
    SourceWorld world;
    world.fill(10, 2);
    for (int i = 0; i < 1'200; ++i) {
        world.fake.add_song({.id = fmt::format("x{}", i), .title = fmt::format("Loose {}", i), .audio = "x"});
    }
    world.fake.add_song({.id = "y", .title = "New", .album_id = "77", .album = "Just came", .audio = "x"});
    const auto titles = world.list(world.source);
    ASSERT_EQ(titles.size(), 13U);
    EXPECT_EQ(std::set<std::string>(titles.begin() + 10, titles.end()),
              (std::set<std::string>{"Songs without an album", "Songs without an album (2)", "Just came"}));
    EXPECT_EQ(world.listing.tracks, 1'221U);
    EXPECT_TRUE(std::ranges::none_of(world.tracks, [](const Track& track) { return track.album_id.empty(); }));
}

TEST(SubsonicMusicSource, MusicLibrariesRestrictTheListing) {
    SourceWorld world;
    world.fake.libraries = {"Music", "Audio books", "More"};
    world.fake.add_album("A", "Ada", 2, at(1), "0");
    world.fake.add_album("B", "Ada", 2, at(3), "1");
    world.fake.add_album("C", "Ada", 2, at(2), "2");
    auto settings = world.source_settings();
    settings.music_libraries = {"Music", "More"};
    SubsonicMusicSource some(settings, world.http);
    EXPECT_EQ(world.list(some), (std::vector<std::string>{"C", "A"}));
    EXPECT_TRUE(world.listing.complete);

    settings.music_libraries = {"Musik"};
    SubsonicMusicSource none(settings, world.http);
    world.list(none);
    EXPECT_EQ(world.error.code, ErrorCode::invalid_argument);
    EXPECT_EQ(world.error.message, "Navidrome has no music library named \"Musik\". It has: Music, Audio books, More.");
}

TEST(SubsonicMusicSource, AServerThatCannotRestrictSaysSo) {
    SourceWorld world(test::supysonic_profile());
    world.fake.libraries = {"Music", "Audio books"};
    auto settings = world.source_settings();
    settings.music_libraries = {"Music"};
    SubsonicMusicSource source(settings, world.http);
    world.list(source);
    EXPECT_EQ(world.error.code, ErrorCode::invalid_argument);
    EXPECT_EQ(world.error.field, "music_libraries");
}

TEST(SubsonicMusicSource, AnAlbumThatVanishesOrFailsLeavesTheOthers) {
    SourceWorld world;
    world.fill(3, 2);
    world.fake.intercept([](const std::string& method, const auto& parameters) -> std::optional<std::string> {
        if (method == "getAlbum" && parameters.find("id")->second == "2") {
            return reply(200, R"({"subsonic-response": {"status": "failed", "error": {"code": 70, "message": "gone"}}})");
        }
        return method == "getAlbum" && parameters.find("id")->second == "3" ? std::optional(reply(500, "oops")) : std::nullopt;
    });
    EXPECT_EQ(world.list(world.source), std::vector<std::string>{"Album 0"});
    EXPECT_FALSE(world.listing.complete);
    ASSERT_EQ(world.listing.problems.size(), 2U);
    EXPECT_EQ(world.listing.problems[1], "The album \"Album 1\" went away during the listing.");
}

TEST(SubsonicMusicSource, AnAlbumOfFewerSongsThanItCountsIsAProblemWhateverElseThereIs) {
    SourceWorld world;
    world.fill(6, 2);
    for (int i = 0; i < 5; ++i) {
        world.fake.add_song({.id = fmt::format("x{}", i), .title = fmt::format("Loose {}", i), .audio = "x"});
    }
    world.fake.intercept([](const std::string& method, const auto& parameters) -> std::optional<std::string> {
        if (method == "search3") {
            const bool first = parameters.find("songOffset")->second == "0";
            return reply(200,
                         fmt::format(R"({{"subsonic-response": {{"status": "ok", "searchResult3": {{"song": [{}]}}}}}})",
                                     first ? R"({"id": "x0"}, {"id": "x1"}, {"id": "x2"}, {"id": "x3"}, {"id": "x4"})" : ""));
        }
        return method == "getAlbum" && parameters.find("id")->second == "2"
                   ? std::optional(reply(200, R"({"subsonic-response": {"status": "ok", "album": {"id": "2", "songCount": 2}}})"))
                   : std::nullopt;
    });
    EXPECT_EQ(world.list(world.source).size(), 6U) << "five albums, and the songs of none";
    EXPECT_EQ(world.listing.tracks, 15U) << "more than the 12 that the albums count";
    EXPECT_FALSE(world.listing.complete);
    ASSERT_EQ(world.listing.problems.size(), 1U);
    EXPECT_EQ(world.listing.problems[0],
              "Navidrome lists fewer songs than it counts in 1 of its albums; of \"Album 1\" it lists 0 of 2.");
}

TEST(SubsonicMusicSource, VideosAreCountedAndNotListed) {
    SourceWorld world;
    world.fill(2, 2);
    world.fake.intercept([](const std::string& method, const auto& parameters) -> std::optional<std::string> {
        return method == "getAlbum" && parameters.find("id")->second == "2"
                   ? std::optional(
                         reply(200, R"({"subsonic-response": {"status": "ok", "album": {"id": "2", "songCount": 2, "song": [
                         {"id": "s-2-1", "title": "Song"}, {"id": "v", "title": "Film", "isVideo": true}]}}})"))
                   : std::nullopt;
    });
    EXPECT_EQ(world.list(world.source).size(), 2U);
    EXPECT_EQ(world.listing.tracks, 3U);
    EXPECT_TRUE(world.listing.complete);
}

TEST(SubsonicMusicSource, AServerWithoutPagesEnds) {
    SourceWorld world;
    world.fake.intercept([](const std::string& method, const auto&) -> std::optional<std::string> {
        return method == "getAlbumList2"
                   ? std::optional(reply(
                         200, R"({"subsonic-response": {"status": "ok", "albumList2": {"album": [{"id": 5, "name": "Same"}]}}})"))
                   : std::nullopt;
    });
    world.list(world.source);
    EXPECT_FALSE(world.listing.complete);
    EXPECT_FALSE(world.listing.problems.empty());
}

TEST(SubsonicMusicSource, AnExpiredPasswordStopsTheListingAndTheTask) {
    SourceWorld world;
    world.fill(3, 2);
    world.list(world.source);
    ASSERT_EQ(world.tracks.size(), 6U);
    world.fake.password = "changed";
    const auto input = world.source.open(world.tracks.front(), {});
    ASSERT_FALSE(input);
    EXPECT_EQ(input.error().code, FailureCode::refused);
    EXPECT_EQ(input.error().scope, FailureScope::credential);
    EXPECT_NE(input.error().reason.find("the password of \"bob\""), std::string::npos);
    world.list(world.source);
    EXPECT_EQ(world.error.code, ErrorCode::unauthorized);
}

TEST(SubsonicMusicSource, WithoutTheRightToDownloadSongsAreStreamed) {
    SourceWorld world;
    world.fill(1, 2);
    world.fake.may_download = false;
    world.list(world.source);
    for (const Track& track : world.tracks) {
        const auto input = world.source.open(track, {});
        ASSERT_TRUE(input) << input.error().reason;
    }
    EXPECT_EQ(world.fake.count("download"), 1) << "and not asked again";
    EXPECT_EQ(world.fake.count("stream"), 2);
}

TEST(SubsonicMusicSource, ErrorsInPlaceOfAudioAreNeverAudio) {
    SourceWorld world;
    world.fill(1, 1);
    world.list(world.source);
    const auto check = [&](const std::string& answer, FailureCode code, FailureScope scope) {
        world.fake.intercept([&](const std::string& method, const auto&) -> std::optional<std::string> {
            return method == "download" || method == "stream" ? std::optional(answer) : std::nullopt;
        });
        world.fake.forget_calls();
        const auto input = world.source.open(world.tracks.front(), {});
        ASSERT_FALSE(input) << answer;
        EXPECT_EQ(input.error().code, code) << answer;
        EXPECT_EQ(input.error().scope, scope) << answer;
        EXPECT_LE(world.fake.calls().size(), 3U);
    };
    const auto error = [](int code) {
        return reply(200, fmt::format(R"({{"subsonic-response": {{"status": "failed", "error": {{"code": {}}}}}}})", code),
                     {"Content-Type: application/json"});
    };
    check(error(0), FailureCode::unreachable, FailureScope::track);
    check(error(10), FailureCode::unreachable, FailureScope::track);
    check(error(70), FailureCode::not_found, FailureScope::track);
    check(error(40), FailureCode::refused, FailureScope::credential);
    check(error(50), FailureCode::refused, FailureScope::credential);
    check(reply(404, "404 page not found", {"Content-Type: text/plain"}), FailureCode::not_found, FailureScope::track);
    check(reply(200, "<html>Log in</html>", {"Content-Type: text/html"}), FailureCode::refused, FailureScope::track);
    check(reply(500, "oops"), FailureCode::unreachable, FailureScope::track);
    check(reply(401, "no"), FailureCode::refused, FailureScope::credential);
    check(reply(200, "short"), FailureCode::unreachable, FailureScope::track);
}

TEST(SubsonicMusicSource, MappedFilesAreReadHere) {
    SourceWorld world;
    world.fill(1, 2);
    world.folder.write("mnt/Album 0/1.flac", "audio of Album 0 1");
    world.folder.write("mnt/Album 0/0.flac", "other");
    auto settings = world.source_settings();
    settings.audio.path_map = {{"/media", world.folder.path() / "mnt"}};
    SubsonicMusicSource source(settings, world.http);
    world.list(source);
    ASSERT_TRUE(source.open(world.tracks.at(0), {}));
    EXPECT_EQ(world.fake.count("download"), 0);
    ASSERT_TRUE(source.open(world.tracks.at(1), {}));
    EXPECT_EQ(world.fake.count("download"), 1) << "the size differs";
}

TEST(SubsonicMusicSource, NamesItselfAsItsServerDoes) {
    SourceWorld world;
    EXPECT_EQ(world.source.name(), "the Subsonic server");
    world.list(world.source);
    EXPECT_EQ(world.source.name(), "Navidrome");
    EXPECT_EQ(world.source.id(), SourceId("subsonic:" + world.fake.address()));
}

TEST(SubsonicMusicSource, BrokenTextsAreShownAsTheyCanBe) {
    SourceWorld world;
    world.fake.intercept([](const std::string& method, const auto&) -> std::optional<std::string> {
        if (method == "getAlbumList2") {
            return reply(200, "{\"subsonic-response\": {\"status\": \"ok\", \"albumList2\": {\"album\": [{\"id\": \"a\", "
                              "\"name\": \"A\xFF\"}]}}}");
        }
        return method == "getAlbum"
                   ? std::optional(reply(200, "{\"subsonic-response\": {\"status\": \"ok\", \"album\": {\"song\": "
                                              "[{\"id\": \"s\", \"title\": \"\xC3(\"}]}}}"))
                   : std::nullopt;
    });
    world.list(world.source);
    ASSERT_EQ(world.tracks.size(), 1U);
    EXPECT_EQ(world.tracks[0].title, to_display_text("\xC3("));
}

} // namespace
} // namespace audiomuse::library
