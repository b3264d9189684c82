#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <base/clock.hpp>
#include <base/id.hpp>
#include <base/result.hpp>
#include <domain/analysis.hpp>
#include <domain/failure.hpp>
#include <domain/track.hpp>

namespace audiomuse {

/// One pass over a source; tracks remember the newest that saw them.
using ListingId = Id<struct ListingTag>;

/// What the store knows of a track when a listing names it.
struct TrackStatus {
    std::optional<AnalysisVersion> analysed; ///< of the stored analysis, whatever stamp it was made from
    bool stamp_matches = false;              ///< size and time are those of the analysis or, without one, of the failure
    std::optional<FailureCode> failure;      ///< of the newest attempt, when that failed
    int runs_failed = 0;                     ///< runs (listings) in a row that ended in a failure of this stamp
};

struct TrackCounts {
    std::uint64_t present = 0;  ///< tracks that the newest complete listing has
    std::uint64_t analysed = 0; ///< present and analysed
    std::uint64_t failed = 0;   ///< present, not analysed, newest attempt failed
    std::uint64_t missing = 0;  ///< known, but no longer listed
};

struct AnalysedTrack {
    Track track;
    Analysis analysis;
};

struct FailedTrack {
    Track track;
    TrackFailure failure;
    int attempts = 0;
    UtcTime last_attempt{};
};

/// Returns false to end the visit early.
using AnalysedVisitor = std::function<bool(const AnalysedTrack&)>;

/// Tracks of one source with what was heard in them. Every call is one transaction. Safe to call from several threads.
class TrackStore {
  public:
    TrackStore() = default;
    TrackStore(const TrackStore&) = delete;
    TrackStore& operator=(const TrackStore&) = delete;
    virtual ~TrackStore() = default;

    /// Inserts or updates an album and its tracks, marks them as present and seen by this listing. One status a track, in order.
    /// Tracks belong to the album that they are given with.
    [[nodiscard]] virtual Result<std::vector<TrackStatus>> record_album(const ListingId& listing, const Album& album,
                                                                        std::span<const Track> tracks) = 0;

    /// Ends a complete listing: tracks that it did not see become missing; their analyses stay for 90 days. Returns how many
    /// became so now.
    [[nodiscard]] virtual Result<std::uint64_t> finish_listing(const ListingId& listing) = 0;

    /// Replaces an older analysis or failure. Errors: not_found for an unknown track, invalid_argument for numbers that are not
    /// finite.
    [[nodiscard]] virtual Result<void> save_analysis(const TrackId& track, const FileStamp& stamp, const Analysis& analysis) = 0;
    /// An older analysis of the track stays when its stamp is the same, else it goes: it described other bytes. Error not_found.
    [[nodiscard]] virtual Result<void> save_failure(const TrackId& track, const FileStamp& stamp,
                                                    const TrackFailure& failure) = 0;

    /// The newest stored analysis, of present and missing tracks alike, of the same audio. An empty identity finds nothing.
    [[nodiscard]] virtual Result<std::optional<Analysis>> find_by_identity(const AudioIdentity& identity) = 0;

    [[nodiscard]] virtual Result<std::optional<Track>> find(const TrackId& track) = 0;
    [[nodiscard]] virtual Result<TrackCounts> counts() = 0;
    /// Present tracks with their analysis, ordered by id. Holds one track at a time.
    [[nodiscard]] virtual Result<void> visit_analysed(const AnalysedVisitor& visitor) = 0;
    /// Present tracks whose newest attempt failed, ordered by last attempt (newest first), then id.
    [[nodiscard]] virtual Result<std::vector<FailedTrack>> failures(std::uint64_t offset, std::uint64_t limit) = 0;
};

} // namespace audiomuse
