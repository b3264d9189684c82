#include <gtest/gtest.h>

#include <store/sqlite_stores.hpp>
#include <support/track_samples.hpp>

namespace audiomuse::store {
namespace {

TEST(MissingSongs, AreLeftOutOfPlaylistsAndComeBack) {
    SqliteStores stores;
    const Track stays = sample_track("stays");
    const Track goes = sample_track("goes");
    ASSERT_TRUE(stores.tracks.record_album(ListingId("1"), sample_album("a"), {{stays, goes}}));
    ASSERT_TRUE(stores.playlists.replace(
        {{Playlist{PlaylistId("p"), "P", {{goes.id, "G", "A", "g.ogg", 1}, {stays.id, "S", "A", "s.ogg", 1}}, at(1)}}}));
    const auto songs = [&] { return stores.playlists.current().value().at(0).songs; };
    EXPECT_EQ(songs().size(), 2U);

    ASSERT_TRUE(stores.tracks.record_album(ListingId("2"), sample_album("a"), {{stays}}));
    ASSERT_EQ(stores.tracks.finish_listing(ListingId("2"), {}).value().unseen, 1U);
    ASSERT_EQ(songs().size(), 1U);
    EXPECT_EQ(songs()[0].id, stays.id);

    ASSERT_TRUE(stores.tracks.record_album(ListingId("3"), sample_album("a"), {{stays, goes}}));
    EXPECT_EQ(songs().size(), 2U);
}

} // namespace
} // namespace audiomuse::store
