#include <app/analyse_library.hpp>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <support/fake_task_store.hpp>
#include <support/fake_track_store.hpp>
#include <tasks/task_runner.hpp>

namespace audiomuse::app {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

/// Albums of tracks by title; the descriptor's size tells the analyser which track it got.
class ScriptedSource final : public MusicSource {
  public:
    std::map<std::string, std::vector<std::string>> albums;
    std::map<std::string, std::uint64_t> sizes; ///< of a title; 1000 + its place by default
    std::map<std::string, std::string> titles;  ///< by id; the id by default
    std::map<std::string, std::string> genres;  ///< by id
    std::map<std::string, std::chrono::milliseconds> lengths;
    std::map<std::string, TrackFailure> refusals; ///< by title: what opening it ends in
    bool complete = true;

    [[nodiscard]] SourceId id() const override { return SourceId("scripted"); }
    [[nodiscard]] std::string name() const override { return "scripted music"; }
    Result<Listing> visit_albums(AlbumLimit, const AlbumVisitor& visitor, std::stop_token) override {
        Listing listing;
        listing.complete = complete;
        for (const auto& [title, songs] : albums) {
            Album album;
            album.id = AlbumId(title);
            album.title = title;
            std::vector<Track> tracks;
            for (const std::string& song : songs) {
                tracks.push_back(make_track(title, song));
            }
            if (auto visited = visitor(album, tracks); !visited) {
                return fail(std::move(visited));
            }
            ++listing.albums;
            listing.tracks += songs.size();
        }
        return listing;
    }
    std::function<void()> when_opened = [] {};

    /// How many opened tracks there is room for at once; who finds none waits, as the spool of fetched audio makes one wait.
    int room = 1'000;
    bool waited_in_vain = false;

    tl::expected<AudioInput, TrackFailure> open(const Track& track, std::stop_token stop) override {
        when_opened();
        if (const auto refused = refusals.find(track.id.str()); refused != refusals.end()) {
            return tl::unexpected(refused->second);
        }
        std::unique_lock lock(m_mutex);
        if (!m_room_freed.wait_for(lock, stop, 5s, [this] { return room > 0; })) {
            waited_in_vain |= !stop.stop_requested();
            return tl::unexpected(TrackFailure{FailureCode::unreachable, "There was no room."});
        }
        --room;
        return AudioInput{UniqueFd(), track.stamp.size_bytes, std::shared_ptr<void>(nullptr, [this](void*) {
                              const std::lock_guard freeing(m_mutex);
                              ++room;
                              m_room_freed.notify_all();
                          })};
    }

  private:
    std::mutex m_mutex;
    std::condition_variable_any m_room_freed;

    Track make_track(const std::string& album, const std::string& song) {
        Track track;
        track.id = TrackId(song);
        track.album_id = AlbumId(album);
        track.album = album;
        const auto titled = titles.find(song);
        track.title = titled != titles.end() ? titled->second : song;
        track.artist = "Artist";
        const auto described = genres.find(song);
        track.genre = described != genres.end() ? described->second : "";
        const auto length = lengths.find(song);
        track.listed_length = length != lengths.end() ? length->second : 0ms;
        track.path = song;
        const auto found = sizes.find(song);
        track.stamp = {found != sizes.end() ? found->second : std::hash<std::string>{}(song) % 1'000'000, 7};
        return track;
    }
};

class ScriptedAnalyser final : public Analyser {
  public:
    std::map<std::uint64_t, TrackFailure> failures;  ///< by size
    std::map<std::uint64_t, std::string> identities; ///< by size; else the size itself
    std::atomic<int> analysed{0};
    std::chrono::milliseconds pause{0};

    tl::expected<Analysis, TrackFailure> analyse(const AudioInput& input, std::stop_token stop) override {
        const auto end = std::chrono::steady_clock::now() + pause;
        while (std::chrono::steady_clock::now() < end && !stop.stop_requested()) {
            std::this_thread::sleep_for(1ms);
        }
        if (stop.stop_requested()) {
            return tl::unexpected(TrackFailure{FailureCode::crashed, "Stopped."});
        }
        ++analysed;
        if (const auto found = failures.find(input.size_bytes); found != failures.end()) {
            return tl::unexpected(found->second);
        }
        Analysis analysis;
        analysis.duration_s = 60;
        analysis.tempo_bpm = 120.5;
        analysis.key = Key{0, Scale::major};
        analysis.moods = Moods{};
        (*analysis.moods)[5] = 0.85F;
        (*analysis.moods)[7] = 0.72F;
        analysis.tags = Tags{};
        analysis.embedding = Embedding{};
        analysis.identity = identity(input);
        return analysis;
    }
    tl::expected<AudioIdentity, TrackFailure> identify(const AudioInput& input, std::stop_token) override {
        return identity(input);
    }

  private:
    AudioIdentity identity(const AudioInput& input) const {
        const auto found = identities.find(input.size_bytes);
        return AudioIdentity(found != identities.end() ? found->second : std::to_string(input.size_bytes));
    }
};

class AnalyseLibraryTest : public testing::Test {
  protected:
    Task run(AnalysisParams params = {}) {
        const TaskId id = m_queue.submit(TaskType::main_analysis, to_json(params)).value().id;
        Task task = m_tasks.claim(TaskType::main_analysis, OwnerId("test"), utc_now()).value().value();
        AnalyseLibrary analyse(m_source, m_analyser, m_tracks,
                               {.workers = m_workers,
                                .transfers = 3,
                                .current_version = m_version,
                                .scope = m_scope,
                                .predict_moods = [](const Tags&, const Embedding&) { return Moods{0.5F}; }});
        m_runner.run(std::move(task), [&](tasks::TaskContext& context) { return analyse(context); });
        return m_tasks.find(id).value().value();
    }
    std::vector<std::string> whole_log(const Task& task) {
        std::vector<std::string> texts;
        const auto lines = m_tasks.log(task.id, 0, 0).value();
        for (const TaskLogLine& line : lines) {
            texts.push_back(line.text);
        }
        return texts;
    }
    static bool holds(const std::vector<std::string>& texts, const std::string& text) {
        return std::ranges::find(texts, text) != texts.end();
    }

    TrackScope m_scope;
    AnalysisVersion m_version;
    FakeTaskStore m_tasks;
    FakeTrackStore m_tracks;
    tasks::TaskQueue m_queue{m_tasks};
    tasks::TaskRunner m_runner{m_tasks, m_queue, {}};
    ScriptedSource m_source;
    ScriptedAnalyser m_analyser;
    std::size_t m_workers = 2;
};

TEST_F(AnalyseLibraryTest, AnalysesAllOnceAndSaysSo) {
    m_source.albums = {{"One", {"a", "b"}}, {"Two", {"c"}}};
    const Task first = run();
    EXPECT_EQ(first.state, TaskState::success);
    EXPECT_EQ(first.status_message, "Analysis finished. Tracks: 3 seen, 3 new, 3 analysed, 0 known, 0 failed.");
    const json details = json::parse(first.details);
    EXPECT_EQ(details["albums_completed"], 2);
    EXPECT_EQ(details["tracks_completed"], 3);
    EXPECT_EQ(details["eta_seconds"], 0);
    EXPECT_FALSE(details.contains("album_name"));
    const auto log = m_tasks.log(first.id, 0, 0).value();
    EXPECT_EQ(log[0].text, "Main analysis task started.");
    EXPECT_EQ(log[1].text, "Found 2 albums to process.");
    EXPECT_TRUE(
        std::ranges::any_of(log, [](const TaskLogLine& line) { return line.text == "Analyzing track: b by Artist (2/2)"; }));
    EXPECT_TRUE(std::ranges::any_of(log, [](const TaskLogLine& line) {
        return line.text.starts_with(
            "Analyzed 'a by Artist'. Tempo: 120.50, Key: C major. Moods: mood/energetic:0.85, mood/happy:0.72, ");
    }));
    const auto children = m_tasks.children(first.id).value();
    ASSERT_EQ(children.size(), 2U);
    EXPECT_EQ(children[0].state, TaskState::success);
    EXPECT_EQ(children[0].sub_type, "One");

    EXPECT_EQ(run().status_message, "Analysis finished. Tracks: 3 seen, 0 new, 0 analysed, 3 known, 0 failed.");
    EXPECT_EQ(m_analyser.analysed, 3);
}

TEST_F(AnalyseLibraryTest, ItEndsWithWhatTheSourceHas) {
    m_source.albums = {{"One", {"a", "text", "b"}}};
    m_source.sizes = {{"text", 5}};
    m_analyser.failures[5] = {FailureCode::not_audio, "No audio."};
    const auto log = m_tasks.log(run().id, 0, 0).value();
    EXPECT_TRUE(std::ranges::any_of(log, [](const TaskLogLine& line) {
        return line.text == "Scripted music has 3 songs, 2 are analysed, 1 are not, because: 1 not_audio.";
    }));
}

TEST_F(AnalyseLibraryTest, WhatTheSettingsExcludeIsRecordedCountedAndNotOpened) {
    m_source.albums = {{"One", {"a", "b", "talk"}}, {"Two", {"long", "short"}}};
    m_source.genres = {{"talk", "Speech"}, {"a", "Rock"}};
    m_source.lengths = {{"long", 601s}, {"short", 600s}};
    m_scope = TrackScope({.exclude_paths = {"B"}, .exclude_genres = {"speech"}, .max_duration = 600s});
    std::atomic<int> opened = 0;
    m_source.when_opened = [&] { ++opened; };
    const Task task = run();
    EXPECT_EQ(task.status_message, "Analysis finished. Tracks: 5 seen, 2 new, 2 analysed, 0 known, 0 failed, 3 excluded.");
    EXPECT_EQ(opened, 2);
    EXPECT_EQ(json::parse(task.details)["tracks_completed"], 5);
    EXPECT_TRUE(holds(whole_log(task), "Scripted music has 5 songs, 2 are analysed, 3 are not, because: 1 excluded by "
                                       "exclude_genres, 1 excluded by exclude_paths, 1 excluded by max_duration_s."));
    EXPECT_EQ(m_tracks.find(TrackId("talk")).value()->genre, "Speech");
    EXPECT_EQ(m_tracks.find(TrackId("long")).value()->listed_length, 601s);

    m_scope = {};
    EXPECT_EQ(run().status_message, "Analysis finished. Tracks: 5 seen, 3 new, 3 analysed, 2 known, 0 failed.");
}

TEST_F(AnalyseLibraryTest, AnUnknownLengthIsHeardWholeAndThenDecides) {
    m_source.albums = {{"One", {"a"}}}; // 60 s, as the analyser finds
    m_scope = TrackScope({.max_duration = 30s});
    EXPECT_EQ(run().status_message, "Analysis finished. Tracks: 1 seen, 1 new, 1 analysed, 0 known, 0 failed.");
    EXPECT_EQ(m_analyser.analysed, 1);
    const Task again = run();
    EXPECT_EQ(again.state, TaskState::failure);
    EXPECT_EQ(again.status_message, "The settings exclude every track, so nothing is left to analyse. Tracks: 1 seen, 0 new, 0 "
                                    "analysed, 0 known, 0 failed, 1 excluded.");
    EXPECT_EQ(m_analyser.analysed, 1);
}

TEST_F(AnalyseLibraryTest, AListingThatShrankByHalfRemovesNothingUntilThatIsAccepted) {
    m_source.albums = {{"One", {"a", "b", "c", "d", "e"}}};
    (void)run();
    m_source.albums = {{"One", {"a", "b"}}};
    const Task shrunk = run();
    EXPECT_EQ(shrunk.state, TaskState::success);
    EXPECT_EQ(shrunk.status_message,
              "Analysis finished. Tracks: 2 seen, 0 new, 0 analysed, 2 known, 0 failed. Fewer than half of "
              "the known tracks were listed, so none was removed: see the log.");
    EXPECT_TRUE(
        holds(whole_log(shrunk),
              "Scripted music lists 2 songs, fewer than half of the 5 that it had. Nothing is removed: a disk that is not "
              "mounted looks the same. If they are gone indeed, start an analysis with \"accept_removals\": true."));
    EXPECT_EQ(m_tracks.counts().value().missing, 0U);

    const Task accepted = run({.accept_removals = true});
    EXPECT_EQ(accepted.status_message, "Analysis finished. Tracks: 2 seen, 0 new, 0 analysed, 2 known, 0 failed.");
    EXPECT_TRUE(holds(whole_log(accepted), "3 tracks are no longer in scripted music; their analyses stay."));
    EXPECT_EQ(m_tracks.counts().value().missing, 3U);
}

TEST_F(AnalyseLibraryTest, HalfOfTheTracksMayGoAndNewOnesDoNotCountForOldOnes) {
    m_source.albums = {{"One", {"a", "b", "c", "d"}}};
    (void)run();
    m_source.albums = {{"One", {"a", "b"}}};
    (void)run();
    EXPECT_EQ(m_tracks.counts().value().missing, 2U);
    m_source.albums = {{"One", {"x", "y"}}}; // as many as before, all of them other ones
    (void)run();
    EXPECT_EQ(m_tracks.counts().value().missing, 4U);
    EXPECT_EQ(m_tracks.counts().value().present, 2U);
}

TEST_F(AnalyseLibraryTest, AfterARescanWithNewIdsNothingIsFetched) {
    m_source.albums = {{"One", {"a", "b"}}, {"Two", {"c", "d"}}};
    for (const auto& [old, id] : {std::pair("a", "a2"), {"b", "b2"}, {"c", "c2"}, {"d", "d2"}}) {
        m_source.titles[old] = m_source.titles[id] = std::string("Title ") + old;
        m_source.lengths[old] = m_source.lengths[id] = 60s;
        m_source.sizes[old] = m_source.sizes[id] = 1'000 + static_cast<std::uint64_t>(old[0]);
    }
    (void)run();
    m_source.albums = {{"One", {"a2", "b2"}}, {"Two", {"c2", "d2", "e"}}};
    std::atomic<int> opened = 0;
    m_source.when_opened = [&] { ++opened; };
    const Task task = run();
    EXPECT_EQ(task.status_message, "Analysis finished. Tracks: 5 seen, 1 new, 1 analysed, 4 known, 0 failed.");
    EXPECT_EQ(opened, 1) << "only the new song";
    EXPECT_TRUE(holds(whole_log(task), "4 tracks have other ids than before; their analyses were found again by size, length, "
                                       "artist and title."));
    EXPECT_EQ(json::parse(task.details)["albums_completed"], 2);
    const auto children = m_tasks.children(task.id).value();
    for (const Task& child : children) {
        EXPECT_EQ(child.state, TaskState::success) << child.sub_type;
    }
    EXPECT_EQ(m_tracks.counts().value().missing, 4U) << "the old rows stay";
    EXPECT_EQ(run().status_message, "Analysis finished. Tracks: 5 seen, 0 new, 0 analysed, 5 known, 0 failed.");
}

TEST_F(AnalyseLibraryTest, WhereTwoMatchTheAudioSettlesIt) {
    m_source.albums = {{"One", {"a"}}};
    for (const char* id : {"a", "a2", "a3"}) {
        m_source.titles[id] = "Title";
        m_source.lengths[id] = 60s;
        m_source.sizes[id] = 1'000;
    }
    (void)run();
    m_source.albums = {{"One", {"a2", "a3"}}};
    std::atomic<int> opened = 0;
    m_source.when_opened = [&] { ++opened; };
    EXPECT_EQ(run().status_message, "Analysis finished. Tracks: 2 seen, 2 new, 0 analysed, 2 known, 0 failed.");
    EXPECT_EQ(opened, 2);
    EXPECT_EQ(m_analyser.analysed, 1);
}

TEST_F(AnalyseLibraryTest, AnIncompleteListingMovesNothing) {
    m_source.albums = {{"One", {"a"}}};
    for (const char* id : {"a", "a2"}) {
        m_source.titles[id] = "Title";
        m_source.lengths[id] = 60s;
        m_source.sizes[id] = 1'000;
    }
    (void)run();
    m_source.albums = {{"One", {"a2"}}};
    m_source.complete = false;
    std::atomic<int> opened = 0;
    m_source.when_opened = [&] { ++opened; };
    (void)run();
    EXPECT_EQ(opened, 1);
    EXPECT_EQ(m_tracks.counts().value().missing, 0U);
}

TEST_F(AnalyseLibraryTest, AnIdWithOtherAudioGetsANewAnalysis) {
    m_source.albums = {{"One", {"a", "b"}}};
    m_source.sizes = {{"a", 1'000}, {"b", 2'000}};
    m_source.lengths = {{"a", 60s}, {"b", 61s}};
    (void)run();
    m_source.sizes["a"] = 3'000;
    EXPECT_EQ(run().status_message, "Analysis finished. Tracks: 2 seen, 1 new, 1 analysed, 1 known, 0 failed.");
    EXPECT_EQ(m_analyser.analysed, 3);
}

TEST_F(AnalyseLibraryTest, ParamsOfAnOlderProgramAreRead) {
    const auto params = parse_analysis_params(R"({"num_recent_albums":3,"top_n_moods":5,"retry_failed":true})").value();
    EXPECT_EQ(params.num_recent_albums, 3U);
    EXPECT_FALSE(params.accept_removals);
    EXPECT_TRUE(parse_analysis_params(to_json({.accept_removals = true})).value().accept_removals);
}

TEST_F(AnalyseLibraryTest, LastingFailuresAreRemembered) {
    m_source.albums = {{"One", {"good", "text", "crash"}}};
    m_source.sizes = {{"good", 1}, {"text", 2}, {"crash", 3}};
    m_analyser.failures = {{2, {FailureCode::not_audio, "No audio."}}, {3, {FailureCode::crashed, "It crashed."}}};
    EXPECT_EQ(run().status_message, "Analysis finished. Tracks: 3 seen, 3 new, 1 analysed, 0 known, 2 failed.");
    EXPECT_EQ(run().status_message, "Analysis finished. Tracks: 3 seen, 1 new, 0 analysed, 1 known, 2 failed.")
        << "the crash is tried again";
    EXPECT_EQ(run().status_message, "Analysis finished. Tracks: 3 seen, 1 new, 0 analysed, 1 known, 2 failed.");
    EXPECT_EQ(run().status_message, "Analysis finished. Tracks: 3 seen, 0 new, 0 analysed, 1 known, 2 failed.")
        << "three runs are enough";
    EXPECT_EQ(run({.retry_failed = true}).status_message,
              "Analysis finished. Tracks: 3 seen, 2 new, 0 analysed, 1 known, 2 failed.");
    m_source.sizes["text"] = 20;
    EXPECT_EQ(run().status_message, "Analysis finished. Tracks: 3 seen, 1 new, 1 analysed, 1 known, 1 failed.")
        << "the file changed";
}

TEST_F(AnalyseLibraryTest, ARefusedCredentialStopsTheWholeTask) {
    m_source.albums = {{"One", {"a", "b", "c", "d", "e", "f", "g", "h"}}};
    for (const char* song : {"c", "d", "e", "f", "g", "h"}) {
        m_source.refusals[song] = {FailureCode::refused, "The server refused the token.", FailureScope::credential};
    }
    const Task task = run();
    EXPECT_EQ(task.state, TaskState::failure);
    EXPECT_TRUE(task.status_message.starts_with("The analysis had to stop: The server refused the token. Tracks: "))
        << task.status_message;
    EXPECT_TRUE(task.status_message.ends_with(" 0 failed.")) << "no track is blamed: " << task.status_message;
    EXPECT_LE(m_analyser.analysed, 3);
}

TEST_F(AnalyseLibraryTest, ARefusedCredentialEndsFetchesThatWaitForRoom) {
    m_source.albums = {{"One", {"a", "b", "c", "d", "e", "f", "g", "h"}}};
    m_source.refusals["c"] = {FailureCode::refused, "The server refused the token.", FailureScope::credential};
    m_source.room = 1;
    m_source.when_opened = [] { std::this_thread::sleep_for(10ms); };
    m_analyser.pause = 50ms;
    EXPECT_EQ(run().state, TaskState::failure);
    EXPECT_FALSE(m_source.waited_in_vain);
    EXPECT_EQ(m_source.room, 1) << "what was fetched is given back";
}

TEST_F(AnalyseLibraryTest, MovedAudioKeepsItsAnalysis) {
    m_source.albums = {{"One", {"old name", "other"}}};
    m_source.sizes = {{"old name", 1}, {"new name", 1}, {"other", 2}, {"retagged", 3}};
    run();
    m_source.albums = {{"One", {"new name", "other"}}};
    EXPECT_EQ(run().status_message, "Analysis finished. Tracks: 2 seen, 1 new, 0 analysed, 2 known, 0 failed.");
    m_source.sizes["other"] = 30;
    m_analyser.identities = {{30, "2"}};
    EXPECT_EQ(run().status_message, "Analysis finished. Tracks: 2 seen, 1 new, 0 analysed, 2 known, 0 failed.");
    EXPECT_EQ(m_analyser.analysed, 2);
    EXPECT_EQ(m_tracks.counts()->present, 2U);
    EXPECT_EQ(m_tracks.counts()->missing, 1U);
}

TEST_F(AnalyseLibraryTest, NothingToShowIsAFailureWithCounts) {
    EXPECT_EQ(run().status_message,
              "No album was found in scripted music. Tracks: 0 seen, 0 new, 0 analysed, 0 known, 0 failed.");
    m_source.albums = {{"One", {"text"}}};
    m_source.sizes = {{"text", 2}};
    m_analyser.failures = {{2, {FailureCode::not_audio, "No audio."}}};
    const Task task = run();
    EXPECT_EQ(task.state, TaskState::failure);
    EXPECT_EQ(task.status_message, "Not one track could be analysed. Tracks: 1 seen, 1 new, 0 analysed, 0 known, 1 failed.");
    EXPECT_EQ(json::parse(task.details)["failed_tracks"],
              json::parse(R"([{"item_id":"text","title":"text","reason":"No audio."}])"));
}

TEST_F(AnalyseLibraryTest, NewMoodsCostNoHearing) {
    m_source.albums = {{"One", {"a", "b"}}};
    run();
    m_version.moods = 2;
    const Task task = run();
    EXPECT_EQ(task.status_message, "Analysis finished. Tracks: 2 seen, 0 new, 0 analysed, 2 known, 0 failed.");
    EXPECT_EQ(m_analyser.analysed, 2);
    const auto log = whole_log(task);
    EXPECT_NE(std::ranges::find(log, "The moods of 2 tracks are those of this version now; nothing had to be heard for it."),
              log.end());
    m_version.network = 2;
    EXPECT_EQ(run().status_message, "Analysis finished. Tracks: 2 seen, 2 new, 2 analysed, 0 known, 0 failed.");
}

TEST_F(AnalyseLibraryTest, AnIncompleteListingMakesNothingMissing) {
    m_source.albums = {{"One", {"a", "b"}}};
    run();
    m_source.albums = {{"One", {"a"}}};
    m_source.complete = false;
    run();
    EXPECT_EQ(m_tracks.counts()->missing, 0U);
    m_source.complete = true;
    run();
    EXPECT_EQ(m_tracks.counts()->missing, 1U);
}

TEST_F(AnalyseLibraryTest, TheNextTracksAreFetchedWhileThePresentOneIsAnalysed) {
    m_workers = 1;
    m_analyser.pause = 20ms;
    m_source.albums = {{"One", {"a", "b", "c", "d"}}};
    std::atomic<int> fetched_ahead{0};
    std::atomic<int> opened{0};
    m_source.when_opened = [&] {
        ++opened;
        fetched_ahead += opened > m_analyser.analysed + 1 ? 1 : 0;
    };
    EXPECT_EQ(run().state, TaskState::success);
    EXPECT_EQ(opened, 4);
    EXPECT_GE(fetched_ahead, 1);
}

TEST_F(AnalyseLibraryTest, CancellingStopsSoon) {
    for (int i = 0; i < 50; ++i) {
        m_source.albums["One"].push_back(std::to_string(i));
    }
    m_analyser.pause = 20ms;
    std::jthread canceller([&] {
        std::this_thread::sleep_for(60ms);
        EXPECT_TRUE(m_queue.cancel_all("main_analysis"));
    });
    const auto started = std::chrono::steady_clock::now();
    const Task task = run();
    EXPECT_EQ(task.state, TaskState::revoked);
    EXPECT_LT(std::chrono::steady_clock::now() - started, 2s);
    EXPECT_LT(m_analyser.analysed, 50);
    EXPECT_EQ(m_tracks.counts()->analysed, static_cast<std::uint64_t>(m_analyser.analysed.load())) << "what is finished stays";
}

} // namespace
} // namespace audiomuse::app
