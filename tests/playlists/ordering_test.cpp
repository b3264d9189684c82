#include <playlists/ordering.hpp>

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cluster/random.hpp>

namespace audiomuse::playlists {
namespace {

using ::testing::ElementsAre;

int same_artist_pairs(const std::vector<std::uint32_t>& order, const std::vector<std::int32_t>& artists) {
    int pairs = 0;
    for (std::size_t i = 1; i < order.size(); ++i) {
        pairs += artists[order[i]] == artists[order[i - 1]] ? 1 : 0;
    }
    return pairs;
}

struct Songs {
    std::vector<std::uint32_t> songs;
    cluster::Matrix sound;
    std::vector<std::int32_t> artists;
};

Songs random_songs(std::size_t count, std::size_t artists, std::uint64_t seed) {
    Songs result{{}, cluster::Matrix(count, 3), {}};
    cluster::Random random(seed);
    for (std::uint32_t i = 0; i < count; ++i) {
        result.songs.push_back(i);
        result.artists.push_back(static_cast<std::int32_t>(random.below(artists)));
        for (float& value : result.sound.row(i)) {
            value = static_cast<float>(random.uniform());
        }
    }
    return result;
}

double length(const std::vector<std::uint32_t>& order, const cluster::Matrix& sound) {
    double sum = 0;
    for (std::size_t i = 1; i < order.size(); ++i) {
        sum += std::sqrt(cluster::squared_distance(sound.row(order[i]), sound.row(order[i - 1])));
    }
    return sum;
}

TEST(OrderSongs, WalksAlongALine) {
    cluster::Matrix sound(6, 1);
    for (std::size_t i = 0; i < 6; ++i) {
        sound.row(i)[0] = static_cast<float>(i);
    }
    const std::vector<std::int32_t> artists{0, 1, 2, 3, 4, 5};
    EXPECT_THAT(order_songs(std::vector<std::uint32_t>{0, 5, 2, 4, 1, 3}, sound.view(), artists), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(OrderSongs, BeginsWithTheFirstSongAndKeepsAll) {
    const auto [songs, sound, artists] = random_songs(40, 12, 3);
    std::vector<std::uint32_t> given(songs.rbegin(), songs.rend());
    auto order = order_songs(given, sound.view(), artists);
    EXPECT_EQ(order.front(), 39U);
    EXPECT_LT(length(order, sound), 0.6 * length(given, sound));
    std::ranges::sort(order);
    EXPECT_EQ(order, songs);
}

TEST(OrderSongs, KeepsArtistsApartWherePossible) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const auto [songs, sound, artists] = random_songs(24, 8, seed);
        EXPECT_EQ(same_artist_pairs(order_songs(songs, sound.view(), artists), artists), 0) << "seed " << seed;
    }
    // Half of the songs are by one artist: only strict alternation keeps them apart.
    const auto [songs, sound, unused] = random_songs(10, 2, 1);
    const std::vector<std::int32_t> artists{0, 0, 0, 0, 0, 1, 2, 3, 4, 5};
    EXPECT_EQ(same_artist_pairs(order_songs(songs, sound.view(), artists), artists), 0);
}

TEST(OrderSongs, UnknownArtistsMayFollowEachOther) {
    cluster::Matrix sound(3, 1);
    sound.row(1)[0] = 1;
    sound.row(2)[0] = 2;
    EXPECT_THAT(order_songs(std::vector<std::uint32_t>{0, 1, 2}, sound.view(), std::vector<std::int32_t>{-1, -1, 5}),
                ElementsAre(0, 1, 2));
}

TEST(OrderSongs, OneArtistNoneAndOneSong) {
    const auto [songs, sound, unused] = random_songs(9, 1, 1);
    EXPECT_EQ(order_songs(songs, sound.view(), std::vector<std::int32_t>(9, 0)).size(), 9U);
    EXPECT_TRUE(order_songs({}, sound.view(), unused).empty());
    EXPECT_THAT(order_songs(std::vector<std::uint32_t>{4}, sound.view(), unused), ElementsAre(4));
}

TEST(OrderSongs, LongPlaylistsAreWalkedInSections) {
    const auto [songs, sound, artists] = random_songs(700, 200, 5);
    auto order = order_songs(songs, sound.view(), artists);
    EXPECT_LT(length(order, sound), 0.35 * length(songs, sound));
    std::ranges::sort(order);
    EXPECT_EQ(order, songs);
}

} // namespace
} // namespace audiomuse::playlists
