#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <domain/playlist_store.hpp>
#include <support/track_samples.hpp>

namespace audiomuse {

/// Makes an empty store.
struct PlaylistStoreFactory {
    std::string name;
    std::function<std::shared_ptr<PlaylistStore>()> make;
};

/// What every PlaylistStore must do. Instantiate it with a factory for each adapter.
class PlaylistStoreContract : public testing::TestWithParam<PlaylistStoreFactory> {
  protected:
    PlaylistStoreContract() : m_store(GetParam().make()) {}

    static Playlist playlist(const std::string& id, const std::string& name, const std::vector<std::string>& songs) {
        Playlist result;
        result.id = PlaylistId(id);
        result.name = name;
        result.created = at(77);
        for (const std::string& song : songs) {
            result.songs.push_back({TrackId(song), "Title " + song, "Artist " + song, "p/" + song + "\xFF.ogg", 12.5});
        }
        return result;
    }

    std::shared_ptr<PlaylistStore> m_store;
};

TEST_P(PlaylistStoreContract, AnEmptyStoreHasNone) {
    EXPECT_TRUE(m_store->current().value().empty());
    EXPECT_TRUE(m_store->published().value().empty());
    EXPECT_TRUE(m_store->forget_published(PublicationId("nothing")));
    EXPECT_TRUE(m_store->replace({}));
}

TEST_P(PlaylistStoreContract, PlaylistsComeBackInTheOrderOfTheRun) {
    const std::vector<Playlist> run{playlist("2", "Party_Fast_automatic", {"z", "a", "z2"}),
                                    playlist("1", "Acoustic_Slow_automatic", {"a"}), playlist("3", "Empty_automatic", {})};
    ASSERT_TRUE(m_store->replace(run));
    const auto current = m_store->current().value();
    ASSERT_EQ(current.size(), 3U);
    EXPECT_EQ(current[0].id.str(), "2");
    EXPECT_EQ(current[0].name, "Party_Fast_automatic");
    EXPECT_EQ(current[0].created, at(77));
    ASSERT_EQ(current[0].songs.size(), 3U);
    EXPECT_EQ(current[0].songs[0].id.str(), "z");
    EXPECT_EQ(current[0].songs[1].id.str(), "a");
    EXPECT_EQ(current[0].songs[2].id.str(), "z2");
    EXPECT_EQ(current[0].songs[0].title, "Title z");
    EXPECT_EQ(current[0].songs[0].artist, "Artist z");
    EXPECT_EQ(current[0].songs[0].path, "p/z\xFF.ogg");
    EXPECT_EQ(current[0].songs[0].duration_s, 12.5);
    EXPECT_EQ(current[1].id.str(), "1");
    EXPECT_EQ(current[2].name, "Empty_automatic");
    EXPECT_TRUE(current[2].songs.empty());
}

TEST_P(PlaylistStoreContract, ANewRunTakesThePlaceOfTheOldOne) {
    ASSERT_TRUE(m_store->replace(std::vector{playlist("1", "A", {"a", "b"}), playlist("2", "B", {"c"})}));
    ASSERT_TRUE(m_store->replace(std::vector{playlist("2", "A", {"d"})}));
    const auto current = m_store->current().value();
    ASSERT_EQ(current.size(), 1U);
    EXPECT_EQ(current[0].id.str(), "2");
    EXPECT_EQ(current[0].name, "A");
    ASSERT_EQ(current[0].songs.size(), 1U);
    EXPECT_EQ(current[0].songs[0].id.str(), "d");
}

TEST_P(PlaylistStoreContract, ARefusedRunLeavesAllAsItWas) {
    ASSERT_TRUE(m_store->replace(std::vector{playlist("1", "A", {"a"})}));
    EXPECT_EQ(m_store->replace(std::vector{playlist("2", "B", {"b"}), playlist("2", "C", {})}).error().code, ErrorCode::conflict);
    EXPECT_EQ(m_store->replace(std::vector{playlist("2", "B", {"b"}), playlist("3", "B", {})}).error().code, ErrorCode::conflict);
    const auto current = m_store->current().value();
    ASSERT_EQ(current.size(), 1U);
    EXPECT_EQ(current[0].id.str(), "1");
    EXPECT_EQ(current[0].songs.size(), 1U);
}

TEST_P(PlaylistStoreContract, PublicationsOutliveTheirPlaylists) {
    ASSERT_TRUE(m_store->replace(std::vector{playlist("1", "A", {})}));
    const PublishedPlaylist whole{.key = PublicationId("k2"),
                                  .id = PlaylistId("1"),
                                  .owner = {"jellyfin", "ada"},
                                  .external_id = "b",
                                  .content = {"A", {"s1", "line\nbreak", "", "\xFF:2"}},
                                  .next_songs = std::vector<std::string>{"s2"},
                                  .others = {"x", "y"},
                                  .old_hashes = {"h"}};
    const PublishedPlaylist begun{
        .key = PublicationId("k1"), .id = PlaylistId("1"), .owner = {"folder", ""}, .external_id = "", .content = {"A", {}}};
    ASSERT_TRUE(m_store->record_published(whole));
    ASSERT_TRUE(m_store->record_published(begun));
    ASSERT_TRUE(m_store->replace({}));
    auto published = m_store->published().value();
    ASSERT_EQ(published.size(), 2U) << "in the order of recording";
    EXPECT_EQ(published[0].key, whole.key);
    EXPECT_EQ(published[0].id, whole.id);
    EXPECT_EQ(published[0].owner, whole.owner);
    EXPECT_EQ(published[0].external_id, "b");
    EXPECT_EQ(published[0].content, whole.content);
    EXPECT_EQ(published[0].next_songs, whole.next_songs);
    EXPECT_EQ(published[0].others, whole.others);
    EXPECT_EQ(published[0].old_hashes, whole.old_hashes);
    EXPECT_EQ(published[1].external_id, "");
    EXPECT_TRUE(published[1].content.songs.empty());
    EXPECT_FALSE(published[1].next_songs.has_value());

    PublishedPlaylist changed = begun;
    changed.external_id = "c";
    changed.next_songs.emplace();
    ASSERT_TRUE(m_store->record_published(changed));
    ASSERT_TRUE(m_store->forget_published(whole.key));
    published = m_store->published().value();
    ASSERT_EQ(published.size(), 1U);
    EXPECT_EQ(published[0].key, begun.key);
    EXPECT_EQ(published[0].external_id, "c");
    EXPECT_EQ(published[0].next_songs, std::vector<std::string>{}) << "nothing is a content, too";
}

} // namespace audiomuse
