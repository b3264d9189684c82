#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <base/clock.hpp>
#include <base/text.hpp>
#include <domain/track_store.hpp>

namespace audiomuse {

/// A TrackStore in memory that keeps the contract of the port.
class FakeTrackStore final : public TrackStore {
  public:
    explicit FakeTrackStore(std::function<UtcTime()> now = utc_now) : m_now(std::move(now)) {}

    Result<std::vector<TrackStatus>> record_album(const ListingId& listing, const Album& album,
                                                  std::span<const Track> tracks) override {
        const std::lock_guard lock(m_mutex);
        std::vector<TrackStatus> statuses;
        for (const Track& track : tracks) {
            const auto known = m_rows.find(track.id);
            const bool was_listed = known != m_rows.end() && !known->second.missing_since;
            Row& row = m_rows[track.id];
            row.track = track;
            row.track.album_id = album.id;
            row.listing = listing;
            row.missing_since.reset();
            if (row.heard && row.heard->stamp == track.stamp && row.failed && row.failed->stamp != track.stamp) {
                row.failed.reset();
            }
            statuses.push_back(status_of(row));
            statuses.back().was_listed = was_listed;
        }
        return statuses;
    }

    Result<ListingOutcome> finish_listing(const ListingId& listing, const ListingEnd& end) override {
        const std::lock_guard lock(m_mutex);
        const UtcTime now = m_now();
        std::vector<Row*> unseen;
        for (auto& [id, row] : m_rows) {
            const bool looked_for =
                end.libraries.empty() || std::ranges::find(end.libraries, row.track.library) != end.libraries.end();
            if (!row.missing_since && row.listing != listing && looked_for) {
                unseen.push_back(&row);
            }
        }
        const ListingOutcome outcome{unseen.size(), unseen.size() <= end.most_removals};
        for (auto& [id, row] : m_rows) {
            const bool was_looked_for = end.libraries.empty() || row.missing_since || row.listing == listing;
            if (outcome.removed && !was_looked_for && row.track.library.empty()) {
                row.track.library = k_some_other_library;
            }
        }
        for (Row* row : unseen) {
            row->missing_since = outcome.removed ? std::optional(now) : std::nullopt;
        }
        std::erase_if(m_rows, [&](const auto& entry) {
            return entry.second.missing_since && *entry.second.missing_since < now - std::chrono::days(90);
        });
        return outcome;
    }

    Result<void> adopt_moved(const MovedVisitor& visitor, std::stop_token stop) override {
        if (stop.stop_requested()) {
            return fail(ErrorCode::cancelled, "The search for moved tracks was cancelled.");
        }
        const std::lock_guard lock(m_mutex);
        for (auto& [id, row] : m_rows) {
            if (row.missing_since || row.heard || row.failed) {
                continue;
            }
            if (const Row* origin = origin_of(row)) {
                row.heard = Heard{row.track.stamp, origin->heard->analysis, ++m_saved};
                visitor({id, origin->heard->analysis.version});
            }
        }
        return {};
    }

    Result<std::uint64_t> renew_moods(const AnalysisVersion& current, const MoodPredictor& predict,
                                      std::stop_token stop) override {
        if (stop.stop_requested()) {
            return fail(ErrorCode::cancelled, "The renewal of moods was cancelled.");
        }
        const std::lock_guard lock(m_mutex);
        std::uint64_t renewed = 0;
        for (auto& [id, row] : m_rows) {
            Analysis* analysis = row.heard ? &row.heard->analysis : nullptr;
            if (analysis == nullptr || !analysis->tags || !analysis->embedding || analysis->version.moods >= current.moods ||
                analysis->version.tempo < current.tempo || analysis->version.key < current.key ||
                analysis->version.network < current.network) {
                continue;
            }
            analysis->moods = predict(*analysis->tags, *analysis->embedding);
            analysis->version.moods = current.moods;
            ++renewed;
        }
        return renewed;
    }

    Result<void> visit_unanalysed(const UnanalysedVisitor& visitor) override {
        const std::lock_guard lock(m_mutex);
        for (const auto& [id, row] : m_rows) {
            if (!row.missing_since && !is_analysed(row)) {
                visitor(row.track, row.failed ? std::optional(row.failed->failure.code) : std::nullopt);
            }
        }
        return {};
    }

    Result<void> save_analysis(const TrackId& track, const FileStamp& stamp, const Analysis& analysis) override {
        const std::lock_guard lock(m_mutex);
        const auto found = m_rows.find(track);
        if (found == m_rows.end()) {
            return unknown(track);
        }
        if (!std::isfinite(analysis.duration_s) || !std::isfinite(analysis.energy) ||
            !std::isfinite(analysis.tempo_bpm.value_or(0))) {
            return fail(ErrorCode::invalid_argument, "An analysis with a number that is not finite cannot be stored.");
        }
        found->second.heard = Heard{stamp, analysis, ++m_saved};
        found->second.failed.reset();
        return {};
    }

    Result<void> save_failure(const TrackId& track, const FileStamp& stamp, const TrackFailure& failure) override {
        const std::lock_guard lock(m_mutex);
        const auto found = m_rows.find(track);
        if (found == m_rows.end()) {
            return unknown(track);
        }
        Row& row = found->second;
        if (row.heard && row.heard->stamp != stamp && lasts_until_the_file_changes(failure.code)) {
            row.heard.reset();
        }
        const bool again = row.failed && row.failed->stamp == stamp;
        Failed failed{stamp, failure, 1, 1, row.listing, m_now()};
        if (again) {
            failed.attempts = row.failed->attempts + 1;
            failed.runs = row.failed->runs + (row.failed->listing != row.listing ? 1 : 0);
        }
        row.failed = std::move(failed);
        return {};
    }

    Result<std::optional<Analysis>> find_by_identity(const AudioIdentity& identity) override {
        const std::lock_guard lock(m_mutex);
        const Heard* newest = nullptr;
        for (const auto& [id, row] : m_rows) {
            if (row.heard && !identity.empty() && row.heard->analysis.identity == identity &&
                (newest == nullptr || row.heard->order > newest->order)) {
                newest = &*row.heard;
            }
        }
        return newest != nullptr ? std::optional(newest->analysis) : std::nullopt;
    }

    Result<std::optional<Track>> find(const TrackId& track) override {
        const std::lock_guard lock(m_mutex);
        const auto found = m_rows.find(track);
        return found != m_rows.end() ? std::optional(found->second.track) : std::nullopt;
    }

    Result<TrackCounts> counts() override {
        const std::lock_guard lock(m_mutex);
        TrackCounts counts;
        for (const auto& [id, row] : m_rows) {
            const bool present = !row.missing_since;
            counts.present += present ? 1 : 0;
            counts.missing += present ? 0 : 1;
            counts.analysed += present && is_analysed(row) ? 1 : 0;
            counts.failed += present && !is_analysed(row) && row.failed ? 1 : 0;
        }
        return counts;
    }

    Result<void> visit_analysed(const AnalysedVisitor& visitor) override {
        std::vector<AnalysedTrack> tracks; // copied: the visitor may call this store
        {
            const std::lock_guard lock(m_mutex);
            for (const auto& [id, row] : m_rows) {
                const bool fits = row.track.listed_length.count() == 0 ||
                                  (row.heard && row.heard->stamp.modified_ns == row.track.stamp.modified_ns);
                if (!row.missing_since && row.heard && fits) {
                    tracks.push_back({row.track, row.heard->analysis});
                }
            }
        }
        for (const AnalysedTrack& track : tracks) {
            if (!visitor(track)) {
                break;
            }
        }
        return {};
    }

    Result<std::vector<FailedTrack>> failures(std::uint64_t offset, std::uint64_t limit) override {
        const std::lock_guard lock(m_mutex);
        std::vector<FailedTrack> failed;
        for (const auto& [id, row] : m_rows) {
            if (!row.missing_since && row.failed) {
                failed.push_back({row.track, row.failed->failure, row.failed->attempts, row.failed->last_attempt});
            }
        }
        std::stable_sort(failed.begin(), failed.end(),
                         [](const auto& a, const auto& b) { return a.last_attempt > b.last_attempt; });
        failed.erase(failed.begin(),
                     failed.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(offset, failed.size())));
        failed.resize(std::min<std::uint64_t>(limit, failed.size()));
        return failed;
    }

  private:
    struct Heard {
        FileStamp stamp;
        Analysis analysis;
        std::uint64_t order = 0;
    };
    struct Failed {
        FileStamp stamp;
        TrackFailure failure;
        int attempts = 0;
        int runs = 0;
        ListingId listing;
        UtcTime last_attempt{};
    };
    struct Row {
        Track track;
        ListingId listing;
        std::optional<UtcTime> missing_since;
        std::optional<Heard> heard;
        std::optional<Failed> failed;
    };

    static bool is_analysed(const Row& row) { return row.heard && (!row.failed || row.failed->stamp == row.heard->stamp); }

    static bool is_same_song(const Track& a, const Track& b) {
        const auto facts = [](const Track& t) {
            return std::tuple(t.stamp.size_bytes, t.listed_length, normalised_text(t.artist), normalised_text(t.title));
        };
        return a.stamp.size_bytes > 0 && a.listed_length.count() > 0 && !normalised_text(a.artist).empty() &&
               !normalised_text(a.title).empty() && facts(a) == facts(b);
    }

    /// The missing row whose analysis belongs to a new one beyond doubt.
    const Row* origin_of(const Row& wanted) const {
        const Row* origin = nullptr;
        for (const auto& [id, row] : m_rows) {
            if (&row == &wanted || !is_same_song(row.track, wanted.track)) {
                continue;
            }
            const bool is_usable = row.missing_since && row.heard && row.heard->stamp == row.track.stamp;
            if (!is_usable || (origin != nullptr && (row.heard->analysis.identity.empty() ||
                                                     row.heard->analysis.identity != origin->heard->analysis.identity))) {
                return nullptr;
            }
            origin = &row;
        }
        return origin;
    }

    static tl::unexpected<Error> unknown(const TrackId& track) {
        return fail(ErrorCode::not_found, "Track " + track.str() + " was not found.");
    }

    static TrackStatus status_of(const Row& row) {
        TrackStatus status;
        const FileStamp& listed = row.track.stamp;
        if (row.failed) {
            status.failure = row.failed->failure.code;
            status.stamp_matches = row.failed->stamp == listed;
            status.runs_failed = row.failed->stamp == listed ? row.failed->runs : 0;
        }
        if (row.heard && row.heard->stamp == listed) {
            status.analysed = row.heard->analysis.version;
            status.stamp_matches = true;
            if (!row.heard->analysis.partial) {
                status.heard_s = row.heard->analysis.duration_s;
            }
        }
        return status;
    }

    const std::function<UtcTime()> m_now;
    std::mutex m_mutex;
    std::map<TrackId, Row> m_rows;
    std::uint64_t m_saved = 0;
};

} // namespace audiomuse
