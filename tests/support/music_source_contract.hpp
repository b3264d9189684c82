#pragma once

// What every MusicSource keeps, adapters and the fake alike. Include in one source file of a test executable and instantiate:
//   INSTANTIATE_TEST_SUITE_P(Fake, MusicSourceContract, testing::Values(+[]() -> std::unique_ptr<MusicSourceHarness> { ... }));

#include <atomic>
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include <base/text.hpp>
#include <domain/music_source.hpp>

namespace audiomuse::test {

/// A source under test, empty at first, and a way to fill it.
class MusicSourceHarness {
  public:
    MusicSourceHarness() = default;
    MusicSourceHarness(const MusicSourceHarness&) = delete;
    MusicSourceHarness& operator=(const MusicSourceHarness&) = delete;
    virtual ~MusicSourceHarness() = default;

    virtual MusicSource& source() = 0;
    /// Adds an album whose tracks "Title 1", "Title 2" ... hold the bytes "audio of <title> <n>", added at that time.
    virtual void add_album(const std::string& title, const std::string& artist, int tracks, UtcTime added) = 0;
    /// Makes the audio of a track go away.
    virtual void remove_audio(const Track& track) = 0;
};

using MusicSourceHarnessFactory = std::unique_ptr<MusicSourceHarness> (*)();

class MusicSourceContract : public testing::TestWithParam<MusicSourceHarnessFactory> {
  protected:
    struct Seen {
        Album album;
        std::vector<Track> tracks;
    };

    void SetUp() override {
        m_harness = GetParam()();
        m_harness->add_album("Old", "Ada", 2, at(1'000));
        m_harness->add_album("New", "Bob", 3, at(3'000));
        m_harness->add_album("Middle", "Ada", 1, at(2'000));
    }
    static UtcTime at(int seconds) { return UtcTime(std::chrono::seconds(1'600'000'000 + seconds)); }

    std::vector<Seen> list(AlbumLimit limit = {}) {
        std::vector<Seen> seen;
        const auto listing = source().visit_albums(limit,
                                                   [&](const Album& album, std::span<const Track> tracks) -> Result<void> {
                                                       seen.push_back({album, {tracks.begin(), tracks.end()}});
                                                       return {};
                                                   },
                                                   {});
        EXPECT_TRUE(listing) << listing.error().message;
        m_listing = listing.value_or(Listing{});
        return seen;
    }
    MusicSource& source() { return m_harness->source(); }

    static std::string read_all(const AudioInput& input) {
        std::string bytes(input.size_bytes + 1, '\0');
        const ssize_t got = ::read(input.fd.get(), bytes.data(), bytes.size());
        bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
        return bytes;
    }

    std::unique_ptr<MusicSourceHarness> m_harness;
    Listing m_listing;
};

TEST_P(MusicSourceContract, ListsEveryAlbumOnceNewestFirst) {
    const auto seen = list();
    ASSERT_EQ(seen.size(), 3U);
    EXPECT_EQ(seen[0].album.title, "New");
    EXPECT_EQ(seen[0].album.artist, "Bob");
    EXPECT_EQ(seen[0].album.added, at(3'000));
    EXPECT_EQ(seen[1].album.title, "Middle");
    EXPECT_EQ(seen[2].album.title, "Old");
    EXPECT_EQ(seen[2].album.added, at(1'000));
    EXPECT_EQ(m_listing.albums, 3U);
    EXPECT_EQ(m_listing.tracks, 6U);
    EXPECT_TRUE(m_listing.complete);
    EXPECT_TRUE(m_listing.problems.empty());
}

TEST_P(MusicSourceContract, TracksCarryTheirAlbumAndAreInOrder) {
    std::set<TrackId> tracks;
    std::set<AlbumId> albums;
    for (const Seen& seen : list()) {
        EXPECT_TRUE(albums.insert(seen.album.id).second);
        EXPECT_FALSE(seen.album.id.empty());
        int number = 0;
        for (const Track& track : seen.tracks) {
            EXPECT_TRUE(tracks.insert(track.id).second);
            EXPECT_FALSE(track.id.empty());
            EXPECT_EQ(track.album_id, seen.album.id);
            EXPECT_EQ(track.title, seen.album.title + " " + std::to_string(++number));
            EXPECT_EQ(track.title, to_display_text(track.title)) << "valid UTF-8 in one line";
            EXPECT_GT(track.stamp.size_bytes, 0U);
        }
    }
    EXPECT_EQ(tracks.size(), 6U);
}

TEST_P(MusicSourceContract, WhatDecidesAboutExclusionIsUsable) {
    for (const Seen& seen : list()) {
        for (const Track& track : seen.tracks) {
            EXPECT_GE(track.listed_length.count(), 0);
            EXPECT_EQ(track.genre, to_display_text(track.genre)) << "valid UTF-8 in one line";
            EXPECT_EQ(track.library, to_display_text(track.library)) << "valid UTF-8 in one line";
        }
    }
    EXPECT_TRUE(m_listing.libraries.empty()) << "all of them were visited";
}

TEST_P(MusicSourceContract, IdsStayTheSame) {
    const auto first = list();
    const auto second = list();
    ASSERT_EQ(first.size(), second.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
        EXPECT_EQ(first[i].album.id, second[i].album.id);
        ASSERT_EQ(first[i].tracks.size(), second[i].tracks.size());
        for (std::size_t j = 0; j < first[i].tracks.size(); ++j) {
            EXPECT_EQ(first[i].tracks[j].id, second[i].tracks[j].id);
            EXPECT_EQ(first[i].tracks[j].stamp, second[i].tracks[j].stamp);
            EXPECT_EQ(first[i].tracks[j].listed_length, second[i].tracks[j].listed_length);
            EXPECT_EQ(first[i].tracks[j].path, second[i].tracks[j].path);
            EXPECT_EQ(first[i].tracks[j].genre, second[i].tracks[j].genre);
            EXPECT_EQ(first[i].tracks[j].library, second[i].tracks[j].library);
        }
    }
}

TEST_P(MusicSourceContract, ALimitVisitsTheNewestAlbumsAndIsNotComplete) {
    const auto seen = list({2});
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen[0].album.title, "New");
    EXPECT_EQ(seen[1].album.title, "Middle");
    EXPECT_EQ(m_listing.albums, 2U);
    EXPECT_EQ(m_listing.tracks, 4U);
    EXPECT_FALSE(m_listing.complete);
    EXPECT_EQ(list({3}).size(), 3U);
    EXPECT_TRUE(m_listing.complete) << "the limit left nothing out";
}

TEST_P(MusicSourceContract, AnErrorOfTheVisitorEndsTheListing) {
    int visits = 0;
    const auto listing = source().visit_albums({},
                                               [&](const Album&, std::span<const Track>) -> Result<void> {
                                                   ++visits;
                                                   return fail(ErrorCode::conflict, "Enough.");
                                               },
                                               {});
    ASSERT_FALSE(listing);
    EXPECT_EQ(listing.error().code, ErrorCode::conflict);
    EXPECT_EQ(listing.error().message, "Enough.");
    EXPECT_EQ(visits, 1);
}

TEST_P(MusicSourceContract, AStopRequestEndsTheListing) {
    std::stop_source stop;
    int visits = 0;
    const auto visitor = [&](const Album&, std::span<const Track>) -> Result<void> {
        ++visits;
        stop.request_stop();
        return {};
    };
    auto listing = source().visit_albums({}, visitor, stop.get_token());
    ASSERT_FALSE(listing);
    EXPECT_EQ(listing.error().code, ErrorCode::cancelled);
    EXPECT_EQ(visits, 1);
    listing = source().visit_albums({}, visitor, stop.get_token());
    ASSERT_FALSE(listing);
    EXPECT_EQ(listing.error().code, ErrorCode::cancelled);
    EXPECT_EQ(visits, 1);
}

TEST_P(MusicSourceContract, OpenGivesTheBytes) {
    for (const Seen& seen : list()) {
        for (const Track& track : seen.tracks) {
            const auto input = source().open(track, {});
            ASSERT_TRUE(input) << input.error().reason;
            const std::string bytes = read_all(*input);
            EXPECT_EQ(bytes.size(), input->size_bytes);
            EXPECT_NE(bytes.find("audio of " + track.title), std::string::npos);
        }
    }
}

TEST_P(MusicSourceContract, OpenSaysThatATrackIsGone) {
    const Track track = list().front().tracks.front();
    m_harness->remove_audio(track);
    const auto input = source().open(track, {});
    ASSERT_FALSE(input);
    EXPECT_EQ(input.error().code, FailureCode::not_found);
    EXPECT_FALSE(input.error().reason.empty());
}

TEST_P(MusicSourceContract, SeveralThreadsMayOpen) {
    const auto tracks = list().front().tracks;
    std::atomic<int> opened = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (const Track& track : tracks) {
                opened += source().open(track, {}).has_value() ? 1 : 0;
            }
        });
    }
    threads.clear();
    EXPECT_EQ(opened, 4 * static_cast<int>(tracks.size()));
}

} // namespace audiomuse::test
