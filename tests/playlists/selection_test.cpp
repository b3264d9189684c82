#include <playlists/selection.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace audiomuse::playlists {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::uint32_t> tracks(const std::vector<Candidate>& candidates) {
    std::vector<std::uint32_t> result;
    for (const auto& candidate : candidates) {
        result.push_back(candidate.track);
    }
    return result;
}

TEST(SmallestPlaylist, FollowsTheLibrary) {
    EXPECT_EQ(smallest_playlist(2, 40), 2U);
    EXPECT_EQ(smallest_playlist(12, 40), 3U);
    EXPECT_EQ(smallest_playlist(19, 40), 3U);
    EXPECT_EQ(smallest_playlist(20, 40), 4U);
    EXPECT_EQ(smallest_playlist(25, 40), 5U);
    EXPECT_EQ(smallest_playlist(1'000'000, 0), 5U);
    EXPECT_EQ(smallest_playlist(100, 2), 2U);
}

TEST(WithinReach, DropsBeyondTwiceTheMedianByDefault) {
    // Median 2: 4 is just within reach, 4.01 is not.
    EXPECT_THAT(tracks(within_reach({{0, 0, 4.01F}, {1, 0, 2}, {2, 0, 1}, {3, 0, 4}, {4, 0, 2}}, 0.5)), ElementsAre(2, 1, 4, 3));
    EXPECT_THAT(tracks(within_reach({{0, 0, 1}, {1, 0, 2}, {2, 0, 6}, {3, 0, 4}}, 0.5)), ElementsAre(0, 1, 3, 2)); // median 3
    EXPECT_THAT(tracks(within_reach({{0, 0, 1}, {1, 0, 2}, {2, 0, 6}, {3, 0, 4}}, 0.25)), ElementsAre(0, 1));
}

TEST(WithinReach, KeepsAllOfAClusterOfEqualTracks) {
    EXPECT_THAT(tracks(within_reach({{3, 0, 0}, {1, 0, 0}, {2, 0, 0}}, 0.5)), ElementsAre(1, 2, 3));
    EXPECT_THAT(tracks(within_reach({}, 0.5)), IsEmpty());
    EXPECT_THAT(tracks(within_reach({{9, 0, 5}}, 0.5)), ElementsAre(9));
}

TEST(SelectSongs, LimitsSongsOfAnArtistAndOfThePlaylist) {
    std::vector<Candidate> candidates;
    for (std::uint32_t i = 0; i < 20; ++i) {
        candidates.push_back({i, static_cast<std::int32_t>(i / 5), static_cast<float>(i)});
    }
    const auto chosen = select_songs(candidates, {.max_songs = 7, .max_songs_per_artist = 3, .min_songs = 5});
    EXPECT_THAT(chosen.tracks, ElementsAre(0, 1, 2, 5, 6, 7, 10));
    EXPECT_EQ(chosen.artist_limit, 3U);
}

TEST(SelectSongs, ZeroIsNoLimit) {
    std::vector<Candidate> candidates;
    for (std::uint32_t i = 0; i < 100; ++i) {
        candidates.push_back({i, 0, static_cast<float>(i)});
    }
    EXPECT_EQ(select_songs(candidates, {.max_songs = 0, .max_songs_per_artist = 0, .min_songs = 5}).tracks.size(), 100U);
}

TEST(SelectSongs, UnknownArtistsAreNotOneArtist) {
    const std::vector<Candidate> candidates(12, Candidate{1, -1, 0});
    EXPECT_EQ(select_songs(candidates, {}).tracks.size(), 12U);
}

TEST(SelectSongs, TheArtistLimitGivesWayJustEnough) {
    std::vector<Candidate> candidates;
    for (std::uint32_t i = 0; i < 9; ++i) {
        candidates.push_back({i, 0, static_cast<float>(i)});
    }
    const auto one_artist = select_songs(candidates, {.max_songs = 40, .max_songs_per_artist = 3, .min_songs = 5});
    EXPECT_THAT(one_artist.tracks, ElementsAre(0, 1, 2, 3, 4));
    EXPECT_EQ(one_artist.artist_limit, 5U);
    candidates[4].artist = candidates[6].artist = 1;
    const auto two_artists = select_songs(candidates, {.max_songs = 40, .max_songs_per_artist = 2, .min_songs = 5});
    EXPECT_THAT(two_artists.tracks, ElementsAre(0, 1, 2, 4, 6));
    EXPECT_EQ(two_artists.artist_limit, 3U);
}

TEST(SelectSongs, TooFewTracksMakeNoPlaylist) {
    const std::vector<Candidate> candidates{{0, 0, 1}, {1, 1, 1}, {2, 2, 1}, {3, 3, 1}};
    EXPECT_THAT(select_songs(candidates, {.min_songs = 5}).tracks, IsEmpty());
    EXPECT_THAT(select_songs(candidates, {.max_songs = 2, .min_songs = 5}).tracks, ElementsAre(0, 1));
    EXPECT_THAT(select_songs({}, {}).tracks, IsEmpty());
}

} // namespace
} // namespace audiomuse::playlists
