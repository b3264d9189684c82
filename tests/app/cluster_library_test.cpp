#include <app/cluster_library.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <app/clustering_params.hpp>
#include <playlists/synthetic_library.hpp>
#include <support/fake_playlist_sink.hpp>
#include <support/fake_playlist_store.hpp>
#include <support/fake_task_store.hpp>
#include <support/fake_track_store.hpp>
#include <support/task_samples.hpp>

namespace audiomuse::app {
namespace {

using nlohmann::json;

constexpr int k_runs = 200;

class ClusterLibraryTest : public testing::Test {
  protected:
    ClusterLibraryTest() {
        std::vector<Track> rows;
        const auto tracks = playlists::testing::synthetic_library(80, 25, 4, 3);
        for (const auto& features : tracks) {
            Track track = sample_track(features.id.str());
            track.title = features.title;
            track.artist = features.artist;
            rows.push_back(track);
        }
        EXPECT_TRUE(m_tracks.record_album(ListingId("l"), sample_album("a"), rows));
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Analysis analysis = sample_analysis();
            analysis.tempo_bpm = tracks[i].tempo_bpm;
            analysis.moods = tracks[i].moods;
            EXPECT_TRUE(m_tracks.save_analysis(rows[i].id, rows[i].stamp, analysis));
        }
    }

    /// A waiting clustering, claimed: a main task in hand. No seed is given.
    Task begin(const std::string& id) {
        Task task = sample_task(id, 1, TaskType::main_clustering);
        playlists::ClusteringSettings settings;
        settings.clustering_runs = k_runs;
        task.params = to_json(settings);
        EXPECT_TRUE(m_store.create(task));
        return m_store.claim(TaskType::main_clustering, OwnerId("me"), at(2)).value().value();
    }

    tasks::TaskOutcome run(const Task& task, const ClusterLibrary::ProgressListener& listener = {}) {
        tasks::TaskContext context(task, m_store, m_stops, m_stops.add(task.id, std::nullopt));
        return ClusterLibrary(m_tracks, m_playlists, m_sink, 2, listener, m_scope)(context);
    }

    [[nodiscard]] std::string whole_log(const std::string& id) {
        std::string text;
        const auto lines = m_store.log(TaskId(id), 0, 0);
        for (const TaskLogLine& line : lines.value()) {
            text += line.text + "\n";
        }
        return text;
    }

    TrackScope m_scope;
    FakeTrackStore m_tracks;
    FakePlaylistStore m_playlists;
    test::FakePlaylistSink m_sink;
    FakeTaskStore m_store;
    tasks::StopRegistry m_stops;
};

TEST_F(ClusterLibraryTest, WhatTheSettingsExcludeStaysOutOfPlaylists) {
    Track talk = sample_track("talk");
    talk.genre = "Speech";
    ASSERT_TRUE(m_tracks.record_album(ListingId("l"), sample_album("b"), {{talk}}));
    ASSERT_TRUE(m_tracks.save_analysis(talk.id, talk.stamp, sample_analysis()));
    m_scope = TrackScope({.exclude_genres = {"speech"}});
    const auto outcome = run(begin("t"));
    EXPECT_EQ(outcome.state, TaskState::success) << outcome.message;
    EXPECT_NE(whole_log("t").find("Found 80 analysed tracks to cluster.\nThe settings exclude 1 more.\n"), std::string::npos)
        << whole_log("t");
    const auto playlists = m_playlists.current().value();
    for (const Playlist& playlist : playlists) {
        for (const PlaylistSong& song : playlist.songs) {
            EXPECT_NE(song.id, talk.id);
        }
    }
}

TEST_F(ClusterLibraryTest, WhenAllIsExcludedThePlaylistsStay) {
    ASSERT_EQ(run(begin("first")).state, TaskState::success);
    const auto before = m_playlists.current().value().size();
    ASSERT_TRUE(m_store.revoke(TaskId("first"), "Out of the way.", at(3)));
    m_scope = TrackScope({.max_duration = std::chrono::seconds(100)}); // the sample is partial: its listed length counts
    const auto outcome = run(begin("second"));
    EXPECT_EQ(outcome.state, TaskState::failure);
    EXPECT_EQ(outcome.message, "The settings exclude all 80 analysed tracks; the playlists of the last run stay.");
    EXPECT_EQ(m_playlists.current().value().size(), before);
}

TEST_F(ClusterLibraryTest, ABrokenOffSearchGoesOnWithItsSeedAndScores) {
    const auto whole = run(begin("whole"));
    ASSERT_EQ(whole.state, TaskState::success) << whole.message;
    ASSERT_TRUE(m_store.revoke(TaskId("whole"), "Out of the way.", at(3)));

    const Task task = begin("broken off"); // as a killed program leaves it: two batches ended, the third is in hand
    const auto batches = m_store.children(TaskId("whole")).value();
    ASSERT_GE(batches.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        Task batch = batches[i];
        batch.id = TaskId(fmt::format("batch {}", i));
        batch.parent = task.id;
        if (i == 2) {
            batch.state = TaskState::progress;
            batch.progress = 0;
            batch.details = "{}";
            batch.ended.reset();
        }
        ASSERT_TRUE(m_store.create(batch));
    }
    ASSERT_TRUE(m_store.recover(at(4)));
    const auto resumed = run(m_store.claim(TaskType::main_clustering, OwnerId("me"), at(5)).value().value());
    EXPECT_EQ(json::parse(resumed.details), json::parse(whole.details)); // the same seed, run and score, to the last bit
    EXPECT_NE(whole_log("broken off").find("The search goes on after 40 runs"), std::string::npos) << whole_log("broken off");
    EXPECT_EQ(m_store.children(task.id).value().size(), batches.size()) << "finished batches are not made again";
}

TEST_F(ClusterLibraryTest, ACancelledBatchIsSkippedAndTheRestGoesOn) {
    const Task task = begin("t");
    std::optional<TaskId> cancelled;
    const auto outcome = run(task, [&](int, int) {
        if (!cancelled) {
            cancelled = m_store.children(task.id).value().back().id;
            ASSERT_TRUE(m_store.revoke(*cancelled, "Task was cancelled.", at(3)));
            m_stops.request_stop(*cancelled);
        }
    });
    ASSERT_TRUE(cancelled);
    EXPECT_EQ(outcome.state, TaskState::success) << outcome.message;
    EXPECT_EQ(m_store.find(*cancelled).value()->state, TaskState::revoked);
    EXPECT_GT(m_store.children(task.id).value().size(), 1U);
}

TEST_F(ClusterLibraryTest, ACancelWhileItPublishesRevokesTheTask) {
    const Task task = begin("t");
    int reads = 0;
    m_sink.set_fate([&](int) {
        if (++reads == 4) {
            EXPECT_TRUE(m_store.revoke(task.id, "Task was cancelled.", at(3)));
            m_stops.request_stop(task.id);
        }
        return test::FakePlaylistSink::Fate::answered;
    });
    const auto outcome = run(task);
    EXPECT_EQ(outcome.state, TaskState::revoked);
    EXPECT_EQ(outcome.message, "Task was cancelled.");
    EXPECT_EQ(m_sink.requests(), 4) << "nothing is sent any more";
    EXPECT_TRUE(m_playlists.current()->empty());
    m_sink.set_fate({});
    ASSERT_EQ(run(begin("next")).state, TaskState::success);
    EXPECT_EQ(m_sink.contents().size(), m_playlists.current()->size()) << "what was begun is cleaned up";
}

} // namespace
} // namespace audiomuse::app
