#include <domain/track_scope.hpp>

#include <gtest/gtest.h>

namespace audiomuse {
namespace {

using namespace std::chrono_literals;

bool excludes_path(const std::string& pattern, const std::string& path) {
    Track track;
    track.path = path;
    return TrackScope({.exclude_paths = {pattern}}).exclusion(track, {}) == Exclusion::exclude_paths;
}

bool excludes_genre(const std::string& pattern, const std::string& genre) {
    Track track;
    track.genre = genre;
    return TrackScope({.exclude_genres = {pattern}}).exclusion(track, {}) == Exclusion::exclude_genres;
}

TEST(TrackScope, WithoutSettingsEverythingBelongsToIt) {
    Track track;
    track.path = "Podcasts/1.mp3";
    track.genre = "Speech";
    track.library = "Talk";
    track.listed_length = 100h;
    EXPECT_EQ(TrackScope().exclusion(track, 1e9), std::nullopt);
    EXPECT_TRUE(TrackScope().is_everything());
    const TrackScope of_nothing({.exclude_paths = {"", "/", "./"}, .exclude_genres = {" "}, .music_libraries = {""}});
    EXPECT_TRUE(of_nothing.is_everything()) << "empty patterns are passed over";
    EXPECT_EQ(of_nothing.exclusion(track, {}), std::nullopt);
    EXPECT_FALSE(TrackScope({.exclude_paths = {"a"}}).is_everything());
    EXPECT_FALSE(TrackScope({.exclude_genres = {"a"}}).is_everything());
    EXPECT_FALSE(TrackScope({.max_duration = 1s}).is_everything());
    EXPECT_FALSE(TrackScope({.music_libraries = {"a"}}).is_everything());
}

TEST(TrackScope, AFolderExcludesAllBelowItAndNothingBeside) {
    EXPECT_TRUE(excludes_path("Podcasts", "Podcasts/1.mp3"));
    EXPECT_TRUE(excludes_path("Podcasts/", "Podcasts/2024/May/1.mp3"));
    EXPECT_TRUE(excludes_path("Podcasts/2024", "Podcasts/2024/1.mp3"));
    EXPECT_FALSE(excludes_path("Podcasts", "Podcasts2/1.mp3"));
    EXPECT_FALSE(excludes_path("Podcasts", "Music/Podcasts/1.mp3")) << "a pattern begins at the root";
    EXPECT_FALSE(excludes_path("Podcasts/2024", "Podcasts/1.mp3"));
    EXPECT_TRUE(excludes_path("Podcasts/1.mp3", "Podcasts/1.mp3")) << "a file is a path, too";
    EXPECT_FALSE(excludes_path("Podcasts/1", "Podcasts/1.mp3"));
    EXPECT_FALSE(excludes_path("Podcasts", ""));
}

TEST(TrackScope, ServersWritePathsInSeveralWays) {
    EXPECT_TRUE(excludes_path("/media/music/Talk", "/media/music/Talk/1.mp3"));
    EXPECT_TRUE(excludes_path("media/music/Talk/", "/media//music/./Talk/1.mp3"));
    EXPECT_TRUE(excludes_path("/Talk", "Talk/1.mp3"));
    EXPECT_TRUE(excludes_path("D:/Music/Talk", "D:\\Music\\Talk\\1.mp3"));
    EXPECT_TRUE(excludes_path("D:\\Music\\Talk", "D:/Music/Talk/1.mp3"));
}

TEST(TrackScope, StarsAndQuestionMarksStayWithinAName) {
    EXPECT_TRUE(excludes_path("Pod*", "Podcasts/1.mp3"));
    EXPECT_TRUE(excludes_path("*/Live", "Ada/Live/1.mp3"));
    EXPECT_FALSE(excludes_path("*/Live", "Ada/Album/Live/1.mp3"));
    EXPECT_FALSE(excludes_path("Ada*.mp3", "Ada/1.mp3"));
    EXPECT_TRUE(excludes_path("*/*/* (live).mp3", "Ada/Album/Song (live).mp3"));
    EXPECT_TRUE(excludes_path("CD?", "CD1/1.mp3"));
    EXPECT_FALSE(excludes_path("CD?", "CD10/1.mp3"));
    EXPECT_FALSE(excludes_path("CD?", "CD/1.mp3"));
    EXPECT_TRUE(excludes_path("*a*b*c*", "xaxbxcx"));
    EXPECT_FALSE(excludes_path("*a*b*c*", "xaxcxbx"));
    EXPECT_TRUE(excludes_path("[old]", "[old]/1.mp3")) << "brackets stand for themselves";
    EXPECT_FALSE(excludes_path("[old]", "o/1.mp3"));
}

TEST(TrackScope, TwoStarsStandForAnyFolders) {
    EXPECT_TRUE(excludes_path("**/Live", "Live/1.mp3"));
    EXPECT_TRUE(excludes_path("**/Live", "Ada/Album/Live/CD1/1.mp3"));
    EXPECT_FALSE(excludes_path("**/Live", "Ada/Alive/1.mp3"));
    EXPECT_TRUE(excludes_path("**/*.wma", "a/b/c.wma"));
    EXPECT_FALSE(excludes_path("**/*.wma", "a/b/c.wma.mp3"));
    EXPECT_TRUE(excludes_path("a/**/z", "a/z/1.mp3"));
    EXPECT_TRUE(excludes_path("a/**/y/z", "a/y/b/y/z"));
    EXPECT_FALSE(excludes_path("a/**/z", "b/z/1.mp3"));
    EXPECT_TRUE(excludes_path("a/**/b/**/c", "a/b/1/b/2/c/3"));
    EXPECT_TRUE(excludes_path("**", "anything"));
}

TEST(TrackScope, HostilePatternsTakeNoTime) {
    std::string stars;
    std::string folders;
    for (int i = 0; i < 200; ++i) {
        stars += "*a";
        folders += "**/a/";
    }
    EXPECT_FALSE(excludes_path(stars + "b", std::string(4'000, 'a')));
    std::string deep;
    for (int i = 0; i < 1'000; ++i) {
        deep += "a/";
    }
    EXPECT_FALSE(excludes_path(folders + "b", deep));
}

TEST(TrackScope, LettersOfBothCasesAreTheSameBeyondAsciiToo) {
    EXPECT_TRUE(excludes_path("podcasts", "PODCASTS/1.mp3"));
    EXPECT_TRUE(excludes_path("BJÖRK/*", "Björk/Début/1.mp3"));
    EXPECT_TRUE(excludes_path("чайковский", "Чайковский/1.mp3"));
    EXPECT_FALSE(excludes_path("Bjork", "Björk/1.mp3")) << "an accent is not left out";
    EXPECT_TRUE(excludes_path("Bj?rk", "Björk/1.mp3")) << "a question mark is a character, not a byte";
    EXPECT_TRUE(excludes_path("音楽/?", "音楽/歌/1.mp3"));
    EXPECT_FALSE(excludes_path("音楽/?", "音楽/歌歌/1.mp3"));
    EXPECT_TRUE(excludes_path("caf?", "caf\xE9/1.mp3")) << "bytes that are no UTF-8";
    EXPECT_TRUE(excludes_path("caf*", "caf\xE9\xFF/1.mp3"));
}

TEST(TrackScope, AGenreIsComparedWholeAndOneByOne) {
    EXPECT_TRUE(excludes_genre("Audiobook", "audiobook"));
    EXPECT_TRUE(excludes_genre("Audiobook", "Fiction; Audiobook"));
    EXPECT_TRUE(excludes_genre("hörbuch", "Roman/HÖRBUCH"));
    EXPECT_TRUE(excludes_genre("Speech", "Podcast, Speech"));
    EXPECT_TRUE(excludes_genre("Folk, World, & Country", "Folk, World, & Country"));
    EXPECT_FALSE(excludes_genre("Rock", "Post-Rock"));
    EXPECT_TRUE(excludes_genre("*Rock", "Jazz;Post-Rock"));
    EXPECT_TRUE(excludes_genre("Spoken *", "Spoken  Word")) << "runs of blanks are one";
    EXPECT_FALSE(excludes_genre("*", "")) << "without a genre nothing is known";
}

TEST(TrackScope, TheMeasuredLengthCountsBeforeTheListedOne) {
    const TrackScope scope({.max_duration = 600s});
    Track track;
    EXPECT_EQ(scope.exclusion(track, {}), std::nullopt) << "an unknown length";
    EXPECT_EQ(scope.exclusion(track, 600.1), Exclusion::max_duration_s);
    track.listed_length = 600s;
    EXPECT_EQ(scope.exclusion(track, {}), std::nullopt) << "the limit itself is allowed";
    track.listed_length = 600'001ms;
    EXPECT_EQ(scope.exclusion(track, {}), Exclusion::max_duration_s);
    EXPECT_EQ(scope.exclusion(track, 599.0), std::nullopt);
}

TEST(TrackScope, LibrariesAreChosenByName) {
    const TrackScope scope({.music_libraries = {"Music", "Größeres"}});
    Track track;
    EXPECT_EQ(scope.exclusion(track, {}), std::nullopt) << "an unknown library";
    track.library = "music";
    EXPECT_EQ(scope.exclusion(track, {}), std::nullopt);
    track.library = "GRÖßERES";
    EXPECT_EQ(scope.exclusion(track, {}), std::nullopt);
    track.library = "Talk";
    EXPECT_EQ(scope.exclusion(track, {}), Exclusion::music_libraries);
}

TEST(TrackScope, ExclusionsAreNamedLikeTheSettings) {
    EXPECT_EQ(to_string(Exclusion::music_libraries), "music_libraries");
    EXPECT_EQ(to_string(Exclusion::exclude_paths), "exclude_paths");
    EXPECT_EQ(to_string(Exclusion::exclude_genres), "exclude_genres");
    EXPECT_EQ(to_string(Exclusion::max_duration_s), "max_duration_s");
}

} // namespace
} // namespace audiomuse
