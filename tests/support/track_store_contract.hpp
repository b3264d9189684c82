#pragma once

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <domain/track_store.hpp>
#include <support/track_samples.hpp>

namespace audiomuse {

/// Makes an empty store that takes its time from `now`.
struct TrackStoreFactory {
    std::string name;
    std::function<std::shared_ptr<TrackStore>(std::function<UtcTime()> now)> make;
};

/// What every TrackStore must do. Instantiate it with a factory for each adapter.
class TrackStoreContract : public testing::TestWithParam<TrackStoreFactory> {
  protected:
    TrackStoreContract() : m_store(GetParam().make([this] { return m_now += std::chrono::seconds(1); })) {}

    TrackStatus record(const std::string& listing, const Track& track) {
        return m_store->record_album(ListingId(listing), sample_album("a"), {{track}}).value().at(0);
    }
    void save(const Track& track, const std::string& identity = "") {
        ASSERT_TRUE(m_store->save_analysis(track.id, track.stamp, sample_analysis(identity)));
    }
    void fail_track(const Track& track, FailureCode code = FailureCode::crashed) {
        ASSERT_TRUE(m_store->save_failure(track.id, track.stamp, {code, "It broke."}));
    }
    /// How many tracks became missing.
    std::uint64_t finish(const ListingId& listing) {
        const ListingOutcome outcome = m_store->finish_listing(listing, {}).value();
        EXPECT_TRUE(outcome.removed);
        return outcome.unseen;
    }
    std::vector<std::string> adopted() {
        std::vector<std::string> ids;
        EXPECT_TRUE(m_store->adopt_moved([&](const MovedTrack& track) { ids.push_back(track.id.str()); }, {}));
        std::ranges::sort(ids);
        return ids;
    }
    std::vector<std::string> visited() {
        std::vector<std::string> ids;
        EXPECT_TRUE(m_store->visit_analysed([&](const AnalysedTrack& track) {
            ids.push_back(track.track.id.str());
            return true;
        }));
        return ids;
    }
    void expect_counts(std::uint64_t present, std::uint64_t analysed, std::uint64_t failed, std::uint64_t missing) {
        const TrackCounts counts = m_store->counts().value();
        EXPECT_EQ(counts.present, present);
        EXPECT_EQ(counts.analysed, analysed);
        EXPECT_EQ(counts.failed, failed);
        EXPECT_EQ(counts.missing, missing);
    }

    UtcTime m_now = at(1'700'000'000);
    std::shared_ptr<TrackStore> m_store;
};

TEST_P(TrackStoreContract, AnEmptyStoreKnowsNothing) {
    EXPECT_EQ(m_store->find(TrackId("t")).value(), std::nullopt);
    EXPECT_FALSE(m_store->find_by_identity(AudioIdentity("x")).value().has_value());
    EXPECT_TRUE(visited().empty());
    EXPECT_TRUE(m_store->failures(0, 10).value().empty());
    expect_counts(0, 0, 0, 0);
    EXPECT_EQ(finish(ListingId("l")), 0U);
}

TEST_P(TrackStoreContract, ATrackComesBackAsItWasListed) {
    Track track = sample_track("t", {std::uint64_t{5} << 32U, -7});
    track.title = std::string("nul \0 in it", 11);
    track.artist = "Björk; DROP TABLE tracks";
    track.path = "caf\xE9/\xFF\xFE.mp3"; // no UTF-8
    const TrackStatus status = record("l", track);
    EXPECT_FALSE(status.analysed.has_value());
    EXPECT_FALSE(status.failure.has_value());
    EXPECT_FALSE(status.stamp_matches);
    EXPECT_EQ(status.runs_failed, 0);

    const Track found = m_store->find(track.id).value().value();
    EXPECT_EQ(found.id.str(), "t");
    EXPECT_EQ(found.album_id.str(), "a");
    EXPECT_EQ(found.title, std::string("nul \0 in it", 11));
    EXPECT_EQ(found.artist, "Björk; DROP TABLE tracks");
    EXPECT_EQ(found.album, "Album a");
    EXPECT_EQ(found.album_artist, "Artist of a");
    EXPECT_EQ(found.genre, "Ambient");
    EXPECT_EQ(found.path, "caf\xE9/\xFF\xFE.mp3");
    EXPECT_EQ(found.track_number, 7);
    EXPECT_EQ(found.year, 1999);
    EXPECT_EQ(found.stamp, (FileStamp{std::uint64_t{5} << 32U, -7}));
    EXPECT_EQ(found.library, "Music");
    EXPECT_EQ(found.listed_length, std::chrono::milliseconds(181'250));
}

TEST_P(TrackStoreContract, ALaterListingOverwritesWhatItDescribes) {
    record("l", sample_track("t"));
    Track changed = sample_track("t", {2'000, 43});
    changed.title = "New title";
    changed.path = "b/t.ogg";
    changed.library = "Other";
    changed.listed_length = std::chrono::milliseconds(7);
    ASSERT_TRUE(m_store->record_album(ListingId("m"), sample_album("b"), {{changed}}));
    const Track found = m_store->find(TrackId("t")).value().value();
    EXPECT_EQ(found.title, "New title");
    EXPECT_EQ(found.path, "b/t.ogg");
    EXPECT_EQ(found.library, "Other");
    EXPECT_EQ(found.listed_length, std::chrono::milliseconds(7));
    EXPECT_EQ(found.album_id.str(), "b") << "a track belongs to the album that it was given with";
    EXPECT_EQ(found.stamp, (FileStamp{2'000, 43}));
    expect_counts(1, 0, 0, 0);
}

TEST_P(TrackStoreContract, StatusesComeInTheOrderOfTheTracks) {
    const std::vector<Track> tracks{sample_track("z"), sample_track("b"), sample_track("m")};
    ASSERT_TRUE(m_store->record_album(ListingId("l"), sample_album("a"), tracks));
    save(tracks[0]);
    fail_track(tracks[2], FailureCode::damaged);
    const auto statuses = m_store->record_album(ListingId("m"), sample_album("a"), tracks).value();
    ASSERT_EQ(statuses.size(), 3U);
    EXPECT_TRUE(statuses[0].analysed.has_value());
    EXPECT_FALSE(statuses[1].analysed.has_value());
    EXPECT_FALSE(statuses[1].failure.has_value());
    EXPECT_EQ(statuses[2].failure, FailureCode::damaged);
    EXPECT_TRUE(m_store->record_album(ListingId("m"), sample_album("empty"), {}).value().empty());
}

TEST_P(TrackStoreContract, AnAnalysisComesBackAsItWasSaved) {
    const Track track = sample_track("t");
    record("l", track);
    ASSERT_TRUE(m_store->save_analysis(track.id, track.stamp, sample_analysis()));
    std::vector<AnalysedTrack> seen;
    ASSERT_TRUE(m_store->visit_analysed([&](const AnalysedTrack& visited) {
        seen.push_back(visited);
        return true;
    }));
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].track.title, "Title t");
    EXPECT_EQ(seen[0].track.path, "a/t.ogg");
    const Analysis& analysis = seen[0].analysis;
    EXPECT_EQ(analysis.duration_s, 181.25);
    EXPECT_EQ(analysis.tempo_bpm, 120.5);
    EXPECT_EQ(analysis.key, (Key{9, Scale::minor}));
    EXPECT_EQ(analysis.energy, 0.625);
    ASSERT_TRUE(analysis.tags && analysis.embedding && analysis.moods);
    EXPECT_EQ(*analysis.tags, *sample_analysis().tags);
    EXPECT_EQ(*analysis.embedding, *sample_analysis().embedding);
    EXPECT_EQ(*analysis.moods, *sample_analysis().moods);
    EXPECT_TRUE(analysis.partial);
    EXPECT_EQ(analysis.identity.str(), "0123456789abcdef0123456789abcdef");
    EXPECT_EQ(analysis.version, (AnalysisVersion{3, 4, 5, 6}));
    EXPECT_EQ(analysis.timings.decode_ms, 1.5);
    EXPECT_EQ(analysis.timings.tempo_ms, 2.5);
    EXPECT_EQ(analysis.timings.key_ms, 3.5);
    EXPECT_EQ(analysis.timings.mel_ms, 4.5);
    EXPECT_EQ(analysis.timings.network_ms, 5.5);
    EXPECT_EQ(analysis.timings.total_ms, 17.5);
}

TEST_P(TrackStoreContract, WhatAnAnalysisLacksStaysAbsent) {
    record("l", sample_track("a"));
    record("l", sample_track("b"));
    save(sample_track("a")); // the row before it has everything
    Analysis bare;
    bare.duration_s = 2;
    bare.version.network = 0;
    ASSERT_TRUE(m_store->save_analysis(TrackId("b"), {1'000, 42}, bare));
    Analysis last;
    ASSERT_TRUE(m_store->visit_analysed([&](const AnalysedTrack& track) {
        last = track.analysis;
        return true;
    }));
    EXPECT_EQ(last.duration_s, 2);
    EXPECT_FALSE(last.tempo_bpm || last.key || last.tags || last.embedding || last.moods || last.partial);
    EXPECT_TRUE(last.identity.empty());
    EXPECT_EQ(last.version.network, 0);
}

TEST_P(TrackStoreContract, AnAnalysisThatIsNotFiniteIsRefused) {
    record("l", sample_track("t"));
    Analysis analysis = sample_analysis();
    analysis.duration_s = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(m_store->save_analysis(TrackId("t"), {}, analysis).error().code, ErrorCode::invalid_argument);
    analysis = sample_analysis();
    analysis.tempo_bpm = std::numeric_limits<double>::infinity();
    EXPECT_EQ(m_store->save_analysis(TrackId("t"), {}, analysis).error().code, ErrorCode::invalid_argument);
    expect_counts(1, 0, 0, 0);
}

TEST_P(TrackStoreContract, ResultsOfUnknownTracksAreRefused) {
    EXPECT_EQ(m_store->save_analysis(TrackId("t"), {}, sample_analysis()).error().code, ErrorCode::not_found);
    EXPECT_EQ(m_store->save_failure(TrackId("t"), {}, {}).error().code, ErrorCode::not_found);
}

TEST_P(TrackStoreContract, AStatusTellsTheVersionAndWhetherTheStampMatches) {
    const Track track = sample_track("t");
    record("l", track);
    save(track);
    const TrackStatus same = record("m", track);
    EXPECT_EQ(same.analysed, (AnalysisVersion{3, 4, 5, 6}));
    EXPECT_TRUE(same.stamp_matches);
    const TrackStatus bigger = record("n", sample_track("t", {1'001, 42}));
    EXPECT_FALSE(bigger.analysed.has_value()) << "other bytes were heard";
    EXPECT_FALSE(bigger.stamp_matches);
    EXPECT_FALSE(record("o", sample_track("t", {1'000, 43})).stamp_matches);
}

TEST_P(TrackStoreContract, FailuresOfOneStampAreCountedByRuns) {
    const Track track = sample_track("t");
    record("1", track);
    fail_track(track);
    TrackStatus status = record("2", track);
    EXPECT_EQ(status.failure, FailureCode::crashed);
    EXPECT_TRUE(status.stamp_matches);
    EXPECT_EQ(status.runs_failed, 1);
    fail_track(track);
    fail_track(track, FailureCode::time_limit); // a second attempt in the same run
    status = record("3", track);
    EXPECT_EQ(status.failure, FailureCode::time_limit);
    EXPECT_EQ(status.runs_failed, 2);
    EXPECT_EQ(m_store->failures(0, 1).value().at(0).attempts, 3);

    const Track changed = sample_track("t", {1'000, 99});
    status = record("4", changed);
    EXPECT_EQ(status.failure, FailureCode::time_limit);
    EXPECT_FALSE(status.stamp_matches);
    EXPECT_EQ(status.runs_failed, 0);
    fail_track(changed);
    EXPECT_EQ(record("5", changed).runs_failed, 1);
    EXPECT_EQ(m_store->failures(0, 1).value().at(0).attempts, 1);

    save(changed);
    status = record("6", changed);
    EXPECT_FALSE(status.failure.has_value());
    EXPECT_EQ(status.runs_failed, 0);
}

TEST_P(TrackStoreContract, AFailureKeepsAnAnalysisOfTheSameStampOnly) {
    const Track track = sample_track("t");
    record("l", track);
    save(track);
    fail_track(track, FailureCode::no_model);
    TrackStatus status = record("m", track);
    EXPECT_TRUE(status.analysed.has_value());
    EXPECT_EQ(status.failure, FailureCode::no_model);
    EXPECT_TRUE(status.stamp_matches);
    expect_counts(1, 1, 0, 0);
    EXPECT_EQ(m_store->failures(0, 9).value().size(), 1U);

    const Track changed = sample_track("t", {9, 9});
    record("n", changed);
    fail_track(changed, FailureCode::damaged);
    status = record("o", changed);
    EXPECT_FALSE(status.analysed.has_value());
    EXPECT_EQ(status.failure, FailureCode::damaged);
    expect_counts(1, 0, 1, 0);
    EXPECT_TRUE(visited().empty());
}

TEST_P(TrackStoreContract, AServerThatWasNotReachedLosesNoAnalysis) {
    Track track = sample_track("t");
    track.listed_length = std::chrono::milliseconds(0);
    record("1", track);
    save(track);
    Track changed = track;
    changed.stamp.size_bytes += 1;
    record("2", changed);
    fail_track(changed, FailureCode::unreachable);
    expect_counts(1, 0, 1, 0);
    EXPECT_EQ(visited(), std::vector<std::string>{"t"}) << "the old analysis serves on";
    std::vector<FailureCode> unanalysed;
    ASSERT_TRUE(m_store->visit_unanalysed(
        [&](const Track&, std::optional<FailureCode> code) { unanalysed.push_back(code.value_or(FailureCode::crashed)); }));
    EXPECT_EQ(unanalysed, std::vector<FailureCode>{FailureCode::unreachable});

    TrackStatus status = record("3", changed);
    EXPECT_FALSE(status.analysed.has_value()) << "the new bytes are still to be heard";
    EXPECT_EQ(status.failure, FailureCode::unreachable);
    EXPECT_EQ(status.runs_failed, 1);
    EXPECT_TRUE(status.stamp_matches);

    status = record("4", track); // the server names the old bytes again
    EXPECT_TRUE(status.analysed.has_value());
    EXPECT_FALSE(status.failure.has_value());
    expect_counts(1, 1, 0, 0);
    EXPECT_TRUE(m_store->failures(0, 9).value().empty());

    record("5", changed);
    fail_track(changed, FailureCode::refused);
    save(changed);
    expect_counts(1, 1, 0, 0);
    EXPECT_TRUE(record("6", changed).analysed.has_value());
}

TEST_P(TrackStoreContract, AnIdOfOtherAudioIsNotVisitedUntilItWasHeard) {
    Track track = sample_track("t", {1'000, 181'250}); // as of a server: the time is the listed length
    record("1", track);
    save(track);
    EXPECT_EQ(visited(), std::vector<std::string>{"t"});
    track.stamp = {2'000, 181'250}; // new tags, the same length
    record("2", track);
    EXPECT_EQ(visited(), std::vector<std::string>{"t"});
    track.stamp = {2'000, 60'000};
    track.listed_length = std::chrono::milliseconds(60'000);
    record("3", track);
    EXPECT_TRUE(visited().empty());
    save(track);
    EXPECT_EQ(visited(), std::vector<std::string>{"t"});
}

TEST_P(TrackStoreContract, EveryFailureCodeIsKept) {
    const Track track = sample_track("t");
    record("l", track);
    for (const FailureCode code :
         {FailureCode::not_found, FailureCode::unreachable, FailureCode::refused, FailureCode::not_audio, FailureCode::damaged,
          FailureCode::too_short, FailureCode::too_long, FailureCode::out_of_memory, FailureCode::time_limit,
          FailureCode::crashed, FailureCode::no_model}) {
        fail_track(track, code);
        EXPECT_EQ(record("l", track).failure, code);
        EXPECT_EQ(m_store->failures(0, 1).value().at(0).failure.code, code);
    }
}

TEST_P(TrackStoreContract, FailuresComeNewestFirstAndInPages) {
    for (const char* id : {"a", "b", "c", "d"}) {
        record("l", sample_track(id));
    }
    fail_track(sample_track("c"), FailureCode::too_short);
    const UtcTime same_time = m_now;
    fail_track(sample_track("a"));
    m_now = same_time;
    fail_track(sample_track("d")); // at the same time as a
    const auto all = m_store->failures(0, 100).value();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].track.id.str(), "a");
    EXPECT_EQ(all[1].track.id.str(), "d");
    EXPECT_EQ(all[2].track.id.str(), "c");
    EXPECT_EQ(all[0].last_attempt, all[1].last_attempt);
    EXPECT_EQ(all[2].failure.code, FailureCode::too_short);
    EXPECT_EQ(all[2].failure.reason, "It broke.");
    EXPECT_EQ(all[2].attempts, 1);
    EXPECT_EQ(all[2].last_attempt, same_time);
    EXPECT_EQ(all[2].track.path, "a/c.ogg");
    const auto page = m_store->failures(1, 1).value();
    ASSERT_EQ(page.size(), 1U);
    EXPECT_EQ(page[0].track.id.str(), "d");
    EXPECT_TRUE(m_store->failures(3, 10).value().empty());
    EXPECT_TRUE(m_store->failures(0, 0).value().empty());
    EXPECT_TRUE(
        m_store->failures(std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::uint64_t>::max()).value().empty());
}

TEST_P(TrackStoreContract, VisitsArePresentAnalysedTracksByIdAndMayEndEarly) {
    for (const char* id : {"b", "B", "\xC3\xA9", "a", "c"}) {
        record("l", sample_track(id));
    }
    for (const char* id : {"\xC3\xA9", "c", "a", "B"}) {
        save(sample_track(id));
    }
    EXPECT_EQ(visited(), (std::vector<std::string>{"B", "a", "c", "\xC3\xA9"}));
    int calls = 0;
    ASSERT_TRUE(m_store->visit_analysed([&](const AnalysedTrack&) { return ++calls < 2; }));
    EXPECT_EQ(calls, 2);
}

TEST_P(TrackStoreContract, AVisitorMayUseTheStore) {
    for (const char* id : {"a", "b"}) {
        record("l", sample_track(id));
        save(sample_track(id));
    }
    int calls = 0;
    ASSERT_TRUE(m_store->visit_analysed([&](const AnalysedTrack& track) {
        ++calls;
        EXPECT_TRUE(m_store->find(track.track.id).value().has_value());
        EXPECT_TRUE(m_store->save_failure(TrackId("b"), {5, 5}, {}));
        return true;
    }));
    EXPECT_EQ(calls, 2) << "a visit sees the state at its begin";
    expect_counts(2, 1, 1, 0);
}

TEST_P(TrackStoreContract, TracksThatACompleteListingDidNotSeeAreMissing) {
    const std::vector<Track> tracks{sample_track("a"), sample_track("b"), sample_track("c"), sample_track("d")};
    ASSERT_TRUE(m_store->record_album(ListingId("l"), sample_album("a"), tracks));
    save(tracks[0], "same");
    save(tracks[1], "gone");
    fail_track(tracks[2]);
    EXPECT_EQ(finish(ListingId("l")), 0U);
    expect_counts(4, 2, 1, 0);

    record("m", tracks[0]);
    EXPECT_EQ(finish(ListingId("m")), 3U);
    expect_counts(1, 1, 0, 3);
    EXPECT_EQ(visited(), std::vector<std::string>{"a"});
    EXPECT_TRUE(m_store->failures(0, 9).value().empty());
    EXPECT_TRUE(m_store->find(TrackId("b")).value().has_value());
    EXPECT_TRUE(m_store->find_by_identity(AudioIdentity("gone")).value().has_value());

    EXPECT_TRUE(record("n", tracks[1]).analysed.has_value()) << "it came back with its analysis";
    record("n", tracks[0]);
    EXPECT_EQ(finish(ListingId("n")), 0U) << "only those that became missing now are counted";
    expect_counts(2, 2, 0, 2);
    EXPECT_EQ(finish(ListingId("nothing")), 2U);
    expect_counts(0, 0, 0, 4);
}

TEST_P(TrackStoreContract, AnAnalysisOfAMissingTrackIsKeptForNinetyDays) {
    record("l", sample_track("a"));
    record("l", sample_track("b"));
    save(sample_track("a"), "gone");
    record("m", sample_track("b"));
    ASSERT_EQ(finish(ListingId("m")), 1U);
    m_now += std::chrono::days(90) - std::chrono::hours(1);
    record("n", sample_track("b"));
    ASSERT_EQ(finish(ListingId("n")), 0U);
    EXPECT_TRUE(m_store->find_by_identity(AudioIdentity("gone")).value().has_value());
    expect_counts(1, 0, 0, 1);
    m_now += std::chrono::hours(2);
    record("o", sample_track("b"));
    ASSERT_EQ(finish(ListingId("o")), 0U);
    EXPECT_FALSE(m_store->find_by_identity(AudioIdentity("gone")).value().has_value());
    EXPECT_FALSE(m_store->find(TrackId("a")).value().has_value());
    expect_counts(1, 0, 0, 0);
}

TEST_P(TrackStoreContract, TheNewestAnalysisOfTheSameAudioIsFound) {
    for (const char* id : {"a", "b", "c"}) {
        record("l", sample_track(id));
    }
    save(sample_track("c"), "same");
    Analysis newer = sample_analysis("same");
    newer.energy = 0.25;
    ASSERT_TRUE(m_store->save_analysis(TrackId("a"), {1'000, 42}, newer));
    save(sample_track("b"), "other");
    EXPECT_EQ(m_store->find_by_identity(AudioIdentity("same")).value().value().energy, 0.25);
    EXPECT_EQ(m_store->find_by_identity(AudioIdentity("same")).value().value().identity.str(), "same");
    EXPECT_FALSE(m_store->find_by_identity(AudioIdentity("sam")).value().has_value());
}

TEST_P(TrackStoreContract, AnEmptyIdentityFindsNothing) {
    record("l", sample_track("a"));
    save(sample_track("a"), "");
    EXPECT_FALSE(m_store->find_by_identity(AudioIdentity("")).value().has_value());
}

TEST_P(TrackStoreContract, ANewAnalysisReplacesTheOldOne) {
    record("l", sample_track("a"));
    save(sample_track("a"), "old");
    Analysis analysis = sample_analysis("new");
    analysis.tempo_bpm.reset();
    ASSERT_TRUE(m_store->save_analysis(TrackId("a"), {1'000, 42}, analysis));
    EXPECT_FALSE(m_store->find_by_identity(AudioIdentity("old")).value().has_value());
    EXPECT_FALSE(m_store->find_by_identity(AudioIdentity("new")).value().value().tempo_bpm.has_value());
    expect_counts(1, 1, 0, 0);
}

TEST_P(TrackStoreContract, AStatusTellsWhetherTheTrackWasListedBefore) {
    const Track track = sample_track("t");
    EXPECT_FALSE(record("l", track).was_listed);
    EXPECT_TRUE(record("m", track).was_listed);
    EXPECT_EQ(finish(ListingId("n")), 1U);
    EXPECT_FALSE(record("o", track).was_listed) << "it was missing";
}

TEST_P(TrackStoreContract, AStatusTellsTheMeasuredLengthOfAWholeTrack) {
    const Track track = sample_track("t");
    EXPECT_FALSE(record("l", track).heard_s.has_value());
    save(track);
    EXPECT_FALSE(record("l", track).heard_s.has_value()) << "the sample is partial";
    Analysis whole = sample_analysis();
    whole.partial = false;
    ASSERT_TRUE(m_store->save_analysis(track.id, track.stamp, whole));
    EXPECT_EQ(record("l", track).heard_s, 181.25);
    EXPECT_FALSE(record("l", sample_track("t", {1, 2})).heard_s.has_value()) << "of other bytes";
}

TEST_P(TrackStoreContract, MoodsAloneAreRenewedFromWhatIsStored) {
    const AnalysisVersion current{.tempo = 3, .key = 4, .moods = 7, .network = 6};
    const auto save_as = [&](const char* id, const AnalysisVersion& version) {
        record("l", sample_track(id));
        Analysis analysis = sample_analysis(id);
        analysis.version = version;
        analysis.tags = Tags{};
        analysis.tags->front() = 0.25F;
        analysis.embedding = Embedding{};
        analysis.embedding->back() = 0.5F;
        analysis.moods = Moods{};
        ASSERT_TRUE(m_store->save_analysis(TrackId(id), sample_track(id).stamp, analysis));
    };
    save_as("old", {.tempo = 3, .key = 4, .moods = 5, .network = 6});
    save_as("missing", {.tempo = 3, .key = 4, .moods = 6, .network = 9});
    save_as("new", current);
    save_as("old tempo", {.tempo = 2, .key = 4, .moods = 5, .network = 6});
    record("m", sample_track("old"));
    record("m", sample_track("old tempo"));
    record("m", sample_track("new"));
    EXPECT_EQ(finish(ListingId("m")), 1U);

    const auto predict = [](const Tags& tags, const Embedding& embedding) {
        Moods moods{};
        moods.front() = tags.front() + embedding.back();
        return moods;
    };
    std::stop_source stopped;
    stopped.request_stop();
    EXPECT_EQ(m_store->renew_moods(current, predict, stopped.get_token()).error().code, ErrorCode::cancelled);
    EXPECT_EQ(m_store->renew_moods(current, predict, {}).value(), 2U);
    EXPECT_EQ(m_store->renew_moods(current, predict, {}).value(), 0U);
    EXPECT_EQ(record("n", sample_track("old")).analysed, current);
    EXPECT_EQ(record("n", sample_track("missing")).analysed->moods, 7);
    EXPECT_EQ(record("n", sample_track("old tempo")).analysed->moods, 5) << "it is heard anew anyhow";
    std::map<std::string, float> first_mood;
    ASSERT_TRUE(m_store->visit_analysed([&](const AnalysedTrack& track) {
        first_mood[track.track.id.str()] = track.analysis.moods->front();
        return true;
    }));
    EXPECT_EQ(first_mood, (std::map<std::string, float>{{"missing", 0.75F}, {"new", 0.0F}, {"old", 0.75F}, {"old tempo", 0.0F}}));
}

TEST_P(TrackStoreContract, AListingThatMissesTooMuchRemovesNothing) {
    const std::vector<Track> tracks{sample_track("a"), sample_track("b"), sample_track("c")};
    ASSERT_TRUE(m_store->record_album(ListingId("l"), sample_album("a"), tracks));
    record("m", tracks[0]);
    ListingOutcome outcome = m_store->finish_listing(ListingId("m"), {.most_removals = 1}).value();
    EXPECT_EQ(outcome.unseen, 2U);
    EXPECT_FALSE(outcome.removed);
    expect_counts(3, 0, 0, 0);
    outcome = m_store->finish_listing(ListingId("m"), {.most_removals = 2}).value();
    EXPECT_EQ(outcome.unseen, 2U);
    EXPECT_TRUE(outcome.removed);
    expect_counts(1, 0, 0, 2);
}

TEST_P(TrackStoreContract, TracksOfALibraryThatWasNotVisitedAreNotMissing) {
    for (const auto& [id, library] : {std::pair("a", "Music"), {"b", "Talk"}, {"c", ""}, {"d", "Mus"}, {"e", "O'Neill, \"x\""}}) {
        Track track = sample_track(id);
        track.library = library;
        record("l", track);
    }
    const ListingEnd end{.libraries = {"Music", "O'Neill, \"x\""}, .most_removals = 1};
    EXPECT_FALSE(m_store->finish_listing(ListingId("m"), end).value().removed);
    EXPECT_EQ(m_store->find(TrackId("c")).value().value().library, "") << "a listing that cannot be believed";
    EXPECT_EQ(m_store->finish_listing(ListingId("m"), {.libraries = end.libraries}).value().unseen, 2U) << "of the visited ones";
    expect_counts(3, 0, 0, 2);
    EXPECT_EQ(m_store->find(TrackId("b")).value().value().library, "Talk");
    EXPECT_EQ(m_store->find(TrackId("c")).value().value().library, k_some_other_library);
    for (const char* id : {"b", "c", "d"}) {
        EXPECT_TRUE(record("n", sample_track(id)).was_listed) << id;
    }
    EXPECT_EQ(m_store->find(TrackId("c")).value().value().library, "Music");
}

TEST_P(TrackStoreContract, TracksWithoutAnAnalysisAreVisited) {
    for (const char* id : {"a", "b", "c", "d"}) {
        record("l", sample_track(id));
    }
    save(sample_track("a"));
    fail_track(sample_track("b"), FailureCode::damaged);
    const auto unanalysed = [&] {
        std::map<std::string, std::optional<FailureCode>> seen;
        EXPECT_TRUE(m_store->visit_unanalysed([&](const Track& track, std::optional<FailureCode> failure) {
            EXPECT_EQ(track.title, "Title " + track.id.str());
            EXPECT_EQ(track.library, "Music");
            seen.emplace(track.id.str(), failure);
        }));
        return seen;
    };
    using Seen = std::map<std::string, std::optional<FailureCode>>;
    EXPECT_EQ(unanalysed(), (Seen{{"b", FailureCode::damaged}, {"c", {}}, {"d", {}}}));
    record("m", sample_track("c"));
    EXPECT_EQ(finish(ListingId("m")), 3U);
    EXPECT_EQ(unanalysed(), (Seen{{"c", {}}}));
}

/// A song as a rescan lists it: only the id differs.
[[nodiscard]] inline Track song_with_id(const std::string& id, const std::string& title = "Song") {
    Track track = sample_track(id);
    track.title = title;
    track.artist = "Ada";
    return track;
}

TEST_P(TrackStoreContract, ARescanWithNewIdsFindsTheOldAnalyses) {
    record("l", song_with_id("old1", "One"));
    record("l", song_with_id("old2", "Two"));
    record("l", song_with_id("stays", "Three"));
    save(song_with_id("old1", "One"), "1");
    save(song_with_id("old2", "Two"), "2");
    save(song_with_id("stays", "Three"), "3");

    Track one = song_with_id("new1", "ONE");
    one.artist = " ada ";
    one.path = "elsewhere.ogg";
    one.genre = "Other";
    record("m", one);
    record("m", song_with_id("new2", "Two"));
    record("m", song_with_id("stays", "Three"));
    EXPECT_TRUE(adopted().empty()) << "nothing is missing yet";
    EXPECT_EQ(finish(ListingId("m")), 2U);
    EXPECT_EQ(adopted(), (std::vector<std::string>{"new1", "new2"}));
    expect_counts(3, 3, 0, 2);
    std::map<std::string, std::string> heard;
    ASSERT_TRUE(m_store->visit_analysed([&](const AnalysedTrack& track) {
        heard.emplace(track.track.id.str(), track.analysis.identity.str());
        EXPECT_EQ(*track.analysis.embedding, *sample_analysis().embedding);
        return true;
    }));
    EXPECT_EQ(heard, (std::map<std::string, std::string>{{"new1", "1"}, {"new2", "2"}, {"stays", "3"}}));
    EXPECT_TRUE(m_store->find(TrackId("old1")).value().has_value()) << "the old row stays";
    const TrackStatus status = record("n", one);
    EXPECT_EQ(status.analysed, (AnalysisVersion{3, 4, 5, 6}));
    EXPECT_TRUE(status.stamp_matches);
    EXPECT_TRUE(adopted().empty()) << "once";
}

TEST_P(TrackStoreContract, ASecondRescanFindsThemAgain) {
    record("l", song_with_id("first"));
    save(song_with_id("first"), "same");
    for (const auto& [listing, id] : {std::pair("m", "second"), {"n", "third"}, {"o", "fourth"}}) {
        record(listing, song_with_id(id));
        EXPECT_EQ(finish(ListingId(listing)), 1U);
        EXPECT_EQ(adopted(), std::vector<std::string>{id});
    }
    expect_counts(1, 1, 0, 3);
}

TEST_P(TrackStoreContract, WhereMoreThanOneMatchesNothingIsAdopted) {
    record("l", song_with_id("old"));
    save(song_with_id("old"), "1");
    record("m", song_with_id("new"));
    record("m", song_with_id("twin"));
    EXPECT_EQ(finish(ListingId("m")), 1U);
    EXPECT_TRUE(adopted().empty()) << "two new ones";

    record("n", song_with_id("twin"));
    EXPECT_EQ(finish(ListingId("n")), 1U);
    EXPECT_TRUE(adopted().empty()) << "two missing ones, one of them never analysed";
}

TEST_P(TrackStoreContract, MissingTracksOfDifferentAudioAreInDoubt) {
    record("l", song_with_id("old1"));
    record("l", song_with_id("old2"));
    save(song_with_id("old1"), "1");
    save(song_with_id("old2"), "2");
    record("m", song_with_id("new"));
    EXPECT_EQ(finish(ListingId("m")), 2U);
    EXPECT_TRUE(adopted().empty());
    expect_counts(1, 0, 0, 2);
}

TEST_P(TrackStoreContract, OnlyExactMatchesAreAdopted) {
    const auto change = [](const std::string& id, const std::function<void(Track&)>& how) {
        Track track = song_with_id(id);
        how(track);
        return track;
    };
    record("l", song_with_id("old"));
    save(song_with_id("old"), "1");
    const std::vector<Track> others{
        change("size", [](Track& t) { t.stamp.size_bytes += 1; }),
        change("length", [](Track& t) { t.listed_length += std::chrono::milliseconds(1); }),
        change("artist", [](Track& t) { t.artist = "Adam"; }),
        change("title", [](Track& t) { t.title = "Song 2"; }),
        change("no size", [](Track& t) { t.stamp.size_bytes = 0; }),
        change("no length", [](Track& t) { t.listed_length = {}; }),
        change("no artist", [](Track& t) { t.artist = " "; }),
    };
    ASSERT_TRUE(m_store->record_album(ListingId("m"), sample_album("a"), others));
    EXPECT_EQ(finish(ListingId("m")), 1U);
    EXPECT_TRUE(adopted().empty());
}

TEST_P(TrackStoreContract, WhatIsNotKnownMatchesNothing) {
    Track old = song_with_id("old");
    old.artist = "";
    record("l", old);
    save(old, "1");
    Track track = old;
    track.id = TrackId("new");
    record("m", track);
    EXPECT_EQ(finish(ListingId("m")), 1U);
    EXPECT_TRUE(adopted().empty());
}

TEST_P(TrackStoreContract, AnAnalysisOfOtherBytesIsNotAdopted) {
    record("l", song_with_id("old"));
    ASSERT_TRUE(m_store->save_analysis(TrackId("old"), {1'000, 41}, sample_analysis("1"))); // before it changed
    record("m", song_with_id("new"));
    EXPECT_EQ(finish(ListingId("m")), 1U);
    EXPECT_TRUE(adopted().empty());
}

TEST_P(TrackStoreContract, ATriedTrackAdoptsNothing) {
    record("l", song_with_id("old"));
    save(song_with_id("old"), "1");
    record("m", song_with_id("new"));
    fail_track(song_with_id("new"), FailureCode::not_audio);
    EXPECT_EQ(finish(ListingId("m")), 1U);
    EXPECT_TRUE(adopted().empty());
}

TEST_P(TrackStoreContract, ThousandsAreAdoptedAndAStopIsHeard) {
    constexpr int k_songs = 1'100;
    std::vector<Track> old;
    std::vector<Track> now;
    for (int i = 0; i < k_songs; ++i) {
        old.push_back(song_with_id("old" + std::to_string(i), "Song " + std::to_string(i)));
        now.push_back(song_with_id("new" + std::to_string(i), "Song " + std::to_string(i)));
    }
    ASSERT_TRUE(m_store->record_album(ListingId("l"), sample_album("a"), old));
    Analysis bare;
    bare.duration_s = 2;
    for (const Track& track : old) {
        ASSERT_TRUE(m_store->save_analysis(track.id, track.stamp, bare));
    }
    ASSERT_TRUE(m_store->record_album(ListingId("m"), sample_album("a"), now));
    EXPECT_EQ(finish(ListingId("m")), std::uint64_t{k_songs});
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(m_store->adopt_moved([](const MovedTrack&) {}, stop.get_token()).error().code, ErrorCode::cancelled);
    EXPECT_EQ(adopted().size(), std::size_t{k_songs});
    expect_counts(k_songs, k_songs, 0, k_songs);
}

} // namespace audiomuse
