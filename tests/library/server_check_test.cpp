#include <library/server_check.hpp>

#include <gtest/gtest.h>

#include <support/fake_music_source.hpp>
#include <support/fake_playlist_sink.hpp>
#include <support/track_samples.hpp>

namespace audiomuse::library {
namespace {

class CheckByUseTest : public testing::Test {
  protected:
    ServerCheck check() { return check_by_use(m_source, m_sink, PlaylistTrial::make_and_remove, {}); }
    test::FakeMusicSource m_source;
    test::FakePlaylistSink m_sink;
};

TEST_F(CheckByUseTest, AServerThatWorksLeavesNothingBehind) {
    m_source.add_album(sample_album("a"), {sample_track("t")});
    const ServerCheck found = check();
    EXPECT_TRUE(found.usable());
    EXPECT_EQ(found.findings.size(), 3U);
    EXPECT_EQ(found.findings[0].sentence, "The fake source answers, and the credentials are accepted.");
    EXPECT_TRUE(m_sink.contents().empty());
}

TEST_F(CheckByUseTest, WhatIsWrongIsNamed) {
    EXPECT_EQ(check().findings.back().sentence, "There is no song in the music libraries.");
    m_source.add_album(sample_album("a"), {sample_track("t")});
    m_source.fail_open(TrackId("t"), {FailureCode::refused, "You may not download."});
    EXPECT_FALSE(check().usable());
    EXPECT_EQ(check().findings[1].sentence, "A song cannot be fetched: You may not download.");
    m_sink.fail_with(Error{ErrorCode::unauthorized, "No playlists for you."});
    EXPECT_EQ(check().findings[2].sentence, "Playlists cannot be made: No playlists for you.");
    m_source.fail_listing({ErrorCode::unavailable, "Nobody is there."});
    ASSERT_EQ(check().findings.size(), 1U);
    EXPECT_EQ(check().findings[0].sentence, "Nobody is there.");
    EXPECT_FALSE(check().usable());
    m_source.fail_listing({ErrorCode::unavailable, "the server is asleep"});
    EXPECT_EQ(check().findings[0].sentence, "The server is asleep.");
}

} // namespace
} // namespace audiomuse::library
