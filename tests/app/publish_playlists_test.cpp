#include <app/publish_playlists.hpp>

#include <algorithm>
#include <map>

#include <gtest/gtest.h>
#include <support/fake_playlist_store.hpp>

namespace audiomuse::app {
namespace {

/// A folder of playlists in memory: name -> whether a person changed it. Fails on demand.
class ScriptedSink final : public PlaylistSink {
  public:
    std::map<std::string, bool> files;
    std::vector<std::string> events;
    std::string fails_on;

    [[nodiscard]] std::string name() const override { return "scripted folder"; }
    Result<PublishedPlaylist> publish(const Playlist& playlist, const std::optional<PublishedPlaylist>& previous) override {
        if (playlist.name == fails_on) {
            return fail(ErrorCode::io, "Disk full.");
        }
        events.push_back((previous && previous->external_id == playlist.name ? "update " : "create ") + playlist.name);
        files[playlist.name] = false;
        return PublishedPlaylist{playlist.id, playlist.name, "hash"};
    }
    Result<RemovalOutcome> remove(const PublishedPlaylist& playlist) override {
        events.push_back("remove " + playlist.external_id);
        const auto found = files.find(playlist.external_id);
        if (found == files.end()) {
            return RemovalOutcome::already_gone;
        }
        if (found->second) {
            return RemovalOutcome::kept_because_changed;
        }
        files.erase(found);
        return RemovalOutcome::removed;
    }
};

class PublishTest : public testing::Test {
  protected:
    PublishTest() {
        for (int i = 0; i < 9; ++i) {
            playlists::TrackFeatures track;
            track.id = TrackId(std::to_string(i));
            m_features.push_back(track);
        }
    }
    Result<std::vector<std::string>> publish(const std::vector<playlists::ProposedPlaylist>& proposed) {
        return publish_playlists(proposed, m_features, m_store, m_sink);
    }
    FakePlaylistStore m_store;
    ScriptedSink m_sink;
    std::vector<playlists::TrackFeatures> m_features;
};

TEST_F(PublishTest, NewOnesAreCompleteBeforeAnOldOneGoes) {
    ASSERT_TRUE(publish({{"A", {0, 1, 2}}, {"B", {3, 4, 5}}}));
    const auto first = m_store.current().value();
    m_sink.events.clear();
    ASSERT_TRUE(publish({{"A", {0, 1, 6}}, {"C", {7, 8}}}));
    EXPECT_EQ(m_sink.events, (std::vector<std::string>{"update A", "create C", "remove B"}));
    const auto second = m_store.current().value();
    ASSERT_EQ(second.size(), 2U);
    EXPECT_EQ(second[0].id, first[0].id) << "a playlist that continues keeps its id";
    EXPECT_NE(second[1].id, first[1].id);
    EXPECT_EQ(m_store.published()->size(), 2U);
}

TEST_F(PublishTest, AFailureLeavesTheOldOnes) {
    ASSERT_TRUE(publish({{"A", {0, 1, 2}}}));
    m_sink.fails_on = "B";
    EXPECT_FALSE(publish({{"C", {6, 7}}, {"B", {3, 4, 5}}}));
    EXPECT_EQ(m_store.current().value()[0].name, "A");
    EXPECT_TRUE(m_sink.files.contains("A"));
    m_sink.fails_on.clear();
    ASSERT_TRUE(publish({{"D", {3, 4, 5}}}));
    EXPECT_EQ(m_sink.files.size(), 1U) << "the next run cleans up what the failed one left";
}

TEST_F(PublishTest, WhatAPersonChangedStaysAndIsForgotten) {
    ASSERT_TRUE(publish({{"A", {0, 1, 2}}}));
    m_sink.files["A"] = true;
    const auto notes = publish({{"B", {3, 4, 5}}});
    ASSERT_TRUE(notes);
    EXPECT_EQ(*notes, std::vector<std::string>{"The playlist A was changed by a person and stays."});
    EXPECT_TRUE(m_sink.files.contains("A"));
    m_sink.events.clear();
    ASSERT_TRUE(publish({{"B", {3, 4, 5}}}));
    EXPECT_EQ(m_sink.events, std::vector<std::string>{"update B"});
}

} // namespace
} // namespace audiomuse::app
