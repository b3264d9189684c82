#pragma once

// What every PlaylistSink keeps, adapters and the fake alike. Include in one source file of a test executable and instantiate.

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <domain/playlist_sink.hpp>

namespace audiomuse::test {

/// A sink under test, and the hands of a person who uses it, too.
class PlaylistSinkHarness {
  public:
    PlaylistSinkHarness() = default;
    PlaylistSinkHarness(const PlaylistSinkHarness&) = delete;
    PlaylistSinkHarness& operator=(const PlaylistSinkHarness&) = delete;
    virtual ~PlaylistSinkHarness() = default;

    virtual PlaylistSink& sink() = 0;
    /// What stands under an external id; empty when nothing does.
    virtual std::string content(const std::string& external_id) = 0;
    virtual void edit(const std::string& external_id) = 0;
    virtual void erase(const std::string& external_id) = 0;
    virtual std::size_t count() = 0;
};

using PlaylistSinkHarnessFactory = std::unique_ptr<PlaylistSinkHarness> (*)();

class PlaylistSinkContract : public testing::TestWithParam<PlaylistSinkHarnessFactory> {
  protected:
    void SetUp() override { m_harness = GetParam()(); }

    static Playlist playlist(const std::string& name, int songs) {
        Playlist result;
        result.id = PlaylistId("id of " + name);
        result.name = name;
        for (int i = 1; i <= songs; ++i) {
            const std::string number = std::to_string(i);
            result.songs.push_back({TrackId("t" + number), "Song " + number, "Ada", "album/" + number + ".ogg", 60.0 + i});
        }
        return result;
    }
    PublishedPlaylist publish(const Playlist& playlist, const std::optional<PublishedPlaylist>& previous = std::nullopt) {
        auto published = m_harness->sink().publish(playlist, previous);
        EXPECT_TRUE(published) << published.error().message;
        return published.value_or(PublishedPlaylist{});
    }
    RemovalOutcome remove(const PublishedPlaylist& playlist) {
        const auto outcome = m_harness->sink().remove(playlist);
        EXPECT_TRUE(outcome) << outcome.error().message;
        return outcome.value_or(RemovalOutcome::already_gone);
    }

    std::unique_ptr<PlaylistSinkHarness> m_harness;
};

TEST_P(PlaylistSinkContract, APublishedPlaylistIsThereAndComplete) {
    const auto published = publish(playlist("Happy_Fast_automatic", 3));
    EXPECT_EQ(published.id, PlaylistId("id of Happy_Fast_automatic"));
    EXPECT_FALSE(published.external_id.empty());
    EXPECT_FALSE(published.content_hash.empty());
    const std::string content = m_harness->content(published.external_id);
    const std::size_t first = content.find("Song 1");
    const std::size_t last = content.find("Song 3");
    EXPECT_NE(last, std::string::npos);
    EXPECT_LT(first, last) << "in published order";
}

TEST_P(PlaylistSinkContract, PublishingTheSameAgainChangesNothing) {
    const auto first = publish(playlist("A", 3));
    const auto second = publish(playlist("A", 3), first);
    EXPECT_EQ(second.external_id, first.external_id);
    EXPECT_EQ(second.content_hash, first.content_hash);
    EXPECT_EQ(m_harness->count(), 1U);
}

TEST_P(PlaylistSinkContract, AnUpdateHappensInPlace) {
    const auto first = publish(playlist("A", 3));
    const auto second = publish(playlist("A", 4), first);
    EXPECT_EQ(second.external_id, first.external_id);
    EXPECT_NE(second.content_hash, first.content_hash);
    EXPECT_NE(m_harness->content(second.external_id).find("Song 4"), std::string::npos);
    EXPECT_EQ(m_harness->count(), 1U);
}

TEST_P(PlaylistSinkContract, ARenamedPlaylistLeavesNoOldOne) {
    const auto first = publish(playlist("A", 3));
    const auto second = publish(playlist("B", 3), first);
    EXPECT_NE(second.external_id, first.external_id);
    EXPECT_EQ(m_harness->content(first.external_id), "");
    EXPECT_EQ(m_harness->count(), 1U);
}

TEST_P(PlaylistSinkContract, WhatAPersonEditedStaysAndANewOneStandsBeside) {
    const auto first = publish(playlist("A", 3));
    m_harness->edit(first.external_id);
    const std::string edited = m_harness->content(first.external_id);
    for (const char* name : {"A", "B"}) {
        const auto second = publish(playlist(name, 4), first);
        EXPECT_NE(second.external_id, first.external_id);
        EXPECT_EQ(m_harness->content(first.external_id), edited);
        EXPECT_NE(m_harness->content(second.external_id).find("Song 4"), std::string::npos);
    }
    EXPECT_EQ(m_harness->count(), 3U);
}

TEST_P(PlaylistSinkContract, WhatAPersonDeletedIsMadeAnew) {
    const auto first = publish(playlist("A", 3));
    m_harness->erase(first.external_id);
    const auto second = publish(playlist("A", 3), first);
    EXPECT_NE(m_harness->content(second.external_id), "");
    EXPECT_EQ(m_harness->count(), 1U);
}

TEST_P(PlaylistSinkContract, TwoPlaylistsOfOneNameAreTwo) {
    const auto first = publish(playlist("A", 3));
    const auto second = publish(playlist("A", 4));
    EXPECT_NE(first.external_id, second.external_id);
    EXPECT_EQ(m_harness->count(), 2U);
    EXPECT_EQ(remove(second), RemovalOutcome::removed);
    EXPECT_NE(m_harness->content(first.external_id), "");
}

TEST_P(PlaylistSinkContract, OnlyWhatIsStillOursIsRemoved) {
    const auto ours = publish(playlist("A", 3));
    const auto edited = publish(playlist("B", 3));
    m_harness->edit(edited.external_id);
    EXPECT_EQ(remove(ours), RemovalOutcome::removed);
    EXPECT_EQ(m_harness->content(ours.external_id), "");
    EXPECT_EQ(remove(ours), RemovalOutcome::already_gone);
    EXPECT_EQ(remove(edited), RemovalOutcome::kept_because_changed);
    EXPECT_NE(m_harness->content(edited.external_id), "");
}

} // namespace audiomuse::test
