#include <playlists/text_keys.hpp>

#include <gtest/gtest.h>

namespace audiomuse::playlists {
namespace {

TEST(ArtistKey, FallsBackToTheAlbumArtistAndKnowsNobody) {
    EXPECT_EQ(artist_key("ABBA", "Various Artists"), "abba");
    EXPECT_EQ(artist_key("", "ABBA"), "abba");
    EXPECT_EQ(artist_key("Unknown Artist", "Various Artists"), "");
    EXPECT_EQ(artist_key("", ""), "");
}

TEST(SongKey, EditionsOfOneSongAreEqual) {
    const auto song = song_key("Heroes", "David Bowie", "");
    for (const auto* title : {"heroes ", "Heroes (2017 Remaster)", "Heroes - Single Version", "Heroes [Explicit]",
                              "Heroes (Radio Edit)", "Heroes - Remastered 2011", "Heroes (Original Mix) - 1999 Remaster"}) {
        EXPECT_EQ(song_key(title, "DAVID BOWIE", ""), song) << title;
    }
}

TEST(SongKey, OtherSongsStayApart) {
    const auto song = song_key("Heroes", "David Bowie", "");
    for (const auto* title : {"Heroes (Live)", "Heroes (Someone Remix)", "Heroes Part 2", "Mixed Heroes", "Heroes - Reprise"}) {
        EXPECT_NE(song_key(title, "David Bowie", ""), song) << title;
    }
    EXPECT_NE(song_key("Heroes", "Motörhead", ""), song);
    EXPECT_NE(song_key("(Clean)", "David Bowie", ""), "");
}

TEST(SongKey, WithoutTitleOrArtistThereIsNone) {
    EXPECT_EQ(song_key("", "David Bowie", ""), "");
    EXPECT_EQ(song_key("Heroes", "", "Various"), "");
}

} // namespace
} // namespace audiomuse::playlists
