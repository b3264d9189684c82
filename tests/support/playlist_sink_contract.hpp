#pragma once

// What every PlaylistSink keeps, adapters and the fake alike. Include in one source file of a test executable and instantiate.

#include <algorithm>
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
    void SetUp() override {
        m_harness = GetParam()();
        const auto owners = sink().owners({});
        ASSERT_TRUE(owners) << owners.error().message;
        ASSERT_FALSE(owners->empty());
        m_owner = owners->front();
        EXPECT_FALSE(m_owner.sink.empty());
    }

    PlaylistSink& sink() { return m_harness->sink(); }

    /// Of the songs t1 to t9 in this order.
    SinkContent content(const std::string& name, const std::vector<int>& songs) {
        Playlist playlist;
        playlist.id = PlaylistId("id of " + name);
        playlist.name = name;
        for (const int song : songs) {
            const std::string number = std::to_string(song);
            playlist.songs.push_back({TrackId("t" + number), "Song " + number, "Ada", "album/" + number + ".ogg", 60.0 + song});
        }
        auto result = sink().content_of(playlist);
        EXPECT_TRUE(result) << result.error().message;
        return result.value_or(SinkContent{});
    }
    SinkPlaylist read(const std::string& id) {
        auto shown = sink().read(m_owner, id, {});
        EXPECT_TRUE(shown) << shown.error().message;
        EXPECT_TRUE(shown && *shown);
        return shown && *shown ? std::move(**shown) : SinkPlaylist{};
    }
    /// A whole new playlist. Returns its id.
    std::string make(const SinkContent& content) {
        const auto id = sink().create(m_owner, content, m_record, {});
        EXPECT_TRUE(id) << id.error().message;
        const auto updated = sink().update(m_owner, read(id.value_or("")), content.songs, m_record, {});
        EXPECT_TRUE(updated) << updated.error().message;
        return id.value_or("");
    }

    std::unique_ptr<PlaylistSinkHarness> m_harness;
    PlaylistOwner m_owner;
    std::vector<std::vector<std::string>> m_recorded;
    const ChangeRecorder m_record = [this](const std::vector<std::string>& songs) {
        m_recorded.push_back(songs);
        return Result<void>{};
    };
    const ChangeRecorder m_refuse = [](const std::vector<std::string>&) {
        return Result<void>(fail(ErrorCode::io, "Disk full."));
    };
};

TEST_P(PlaylistSinkContract, ANewPlaylistIsThereAndComplete) {
    const SinkContent wanted = content("Happy_Fast_automatic", {1, 2, 3});
    const std::string id = make(wanted);
    ASSERT_FALSE(id.empty());
    EXPECT_EQ(read(id).content, wanted) << "what a sink shows is what content_of() says";
    const std::string text = m_harness->content(id);
    EXPECT_NE(text.find("Song 3"), std::string::npos);
    EXPECT_LT(text.find("Song 1"), text.find("Song 3")) << "in published order";
    EXPECT_EQ(m_harness->count(), 1U);
    ASSERT_FALSE(m_recorded.empty());
    EXPECT_EQ(m_recorded.back(), wanted.songs);
}

TEST_P(PlaylistSinkContract, NothingIsChangedThatCannotBeRecorded) {
    EXPECT_EQ(sink().create(m_owner, content("A", {1, 2}), m_refuse, {}).error().message, "Disk full.");
    EXPECT_EQ(m_harness->count(), 0U);
    const std::string id = make(content("A", {1, 2}));
    const std::string before = m_harness->content(id);
    EXPECT_EQ(sink().update(m_owner, read(id), content("A", {1, 2, 3}).songs, m_refuse, {}).error().message, "Disk full.");
    EXPECT_EQ(m_harness->content(id), before);
}

TEST_P(PlaylistSinkContract, TheSameSongsAreNoChange) {
    const SinkContent wanted = content("A", {1, 2, 3});
    const std::string id = make(wanted);
    m_recorded.clear();
    EXPECT_EQ(sink().update(m_owner, read(id), wanted.songs, m_record, {}), UpdateOutcome::unchanged);
    EXPECT_TRUE(m_recorded.empty());
}

TEST_P(PlaylistSinkContract, SongsAreAddedInPlace) {
    const std::string id = make(content("A", {1, 2, 3}));
    const SinkContent wanted = content("A", {1, 2, 3, 4});
    EXPECT_EQ(sink().update(m_owner, read(id), wanted.songs, m_record, {}), UpdateOutcome::updated);
    EXPECT_EQ(read(id).content, wanted);
    EXPECT_EQ(m_harness->count(), 1U);
}

TEST_P(PlaylistSinkContract, OtherSongsInAnotherOrderOrNothing) {
    const std::string id = make(content("A", {1, 2, 3, 4}));
    const SinkPlaylist before = read(id);
    const SinkContent wanted = content("A", {5, 4, 1, 6});
    m_recorded.clear();
    const auto outcome = sink().update(m_owner, before, wanted.songs, m_record, {});
    ASSERT_TRUE(outcome) << outcome.error().message;
    if (*outcome == UpdateOutcome::needs_new) {
        EXPECT_TRUE(m_recorded.empty());
        EXPECT_EQ(read(id).content, before.content);
        return;
    }
    EXPECT_EQ(*outcome, UpdateOutcome::updated);
    EXPECT_EQ(read(id).content, wanted);
    ASSERT_FALSE(m_recorded.empty());
    EXPECT_EQ(m_recorded.back(), wanted.songs);
    for (const auto& songs : m_recorded) {
        EXPECT_GE(songs.size(), wanted.songs.size()) << "additions first";
    }
}

TEST_P(PlaylistSinkContract, TwoPlaylistsOfOneNameAreTwo) {
    const std::string first = make(content("A", {1, 2, 3}));
    const std::string second = make(content("A", {4}));
    const std::string other = make(content("B", {1}));
    EXPECT_NE(first, second);
    auto ids = sink().ids_of_name(m_owner, "A", {}).value();
    std::ranges::sort(ids);
    EXPECT_EQ(ids, (std::vector{std::min(first, second), std::max(first, second)}));
    EXPECT_EQ(sink().ids_of_name(m_owner, "B", {}).value(), std::vector{other});
    EXPECT_TRUE(sink().ids_of_name(m_owner, "C", {})->empty());
    EXPECT_EQ(sink().remove(m_owner, read(second), {}), RemovalOutcome::removed);
    EXPECT_EQ(m_harness->content(second), "");
    EXPECT_NE(m_harness->content(first), "");
}

TEST_P(PlaylistSinkContract, WhatAPersonDidIsShown) {
    const SinkContent wanted = content("A", {1, 2, 3});
    const std::string id = make(wanted);
    m_harness->edit(id);
    EXPECT_NE(read(id).content, wanted);
    const SinkPlaylist seen = read(id);
    m_harness->erase(id);
    const auto gone = sink().read(m_owner, id, {});
    ASSERT_TRUE(gone) << gone.error().message;
    EXPECT_FALSE(gone->has_value());
    EXPECT_EQ(sink().remove(m_owner, seen, {}), RemovalOutcome::already_gone);
}

TEST_P(PlaylistSinkContract, NoSongThatIsThereIsLost) {
    const auto lost = sink().lost_songs(m_owner, content("A", {1, 2, 3}).songs, {});
    ASSERT_TRUE(lost) << lost.error().message;
    EXPECT_TRUE(lost->empty());
}

} // namespace audiomuse::test
