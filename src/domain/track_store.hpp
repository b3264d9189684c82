#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
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
    std::optional<AnalysisVersion> analysed; ///< of the stored analysis, when it was made from the listed stamp
    bool stamp_matches = false;              ///< the listed stamp is that of the analysis or of the newest failure
    std::optional<FailureCode> failure;      ///< of the newest attempt, when that failed
    int runs_failed = 0;                     ///< runs (listings) in a row that ended in a failure of this stamp
    bool was_listed = false;                 ///< known and not missing before this listing named it
    std::optional<double> heard_s; ///< the length that the analysis measured, when it heard the whole track of this stamp
};

/// How a complete listing ends.
struct ListingEnd {
    /// As in Listing. A track of another library was not looked for; an unseen one whose library is not known is taken to be in
    /// k_some_other_library from then on, unless nothing was removed.
    std::vector<std::string> libraries{};
    /// With more unseen tracks than these none becomes missing.
    std::uint64_t most_removals = std::numeric_limits<std::uint64_t>::max();
};

struct ListingOutcome {
    std::uint64_t unseen = 0; ///< tracks that were listed before and not by this listing
    bool removed = true;      ///< they are missing now; false: they were more than allowed, and nothing changed
};

/// A new track that took over the analysis of one that went missing.
struct MovedTrack {
    TrackId id;
    AnalysisVersion analysed;
};

struct TrackCounts {
    std::uint64_t present = 0;  ///< tracks that the newest complete listing has
    std::uint64_t analysed = 0; ///< present and analysed
    std::uint64_t failed = 0;   ///< present, newest attempt failed, its bytes not analysed
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
/// Gets the failure of the newest attempt, if there was one.
using UnanalysedVisitor = std::function<void(const Track&, std::optional<FailureCode>)>;
using MovedVisitor = std::function<void(const MovedTrack&)>;
using MoodPredictor = std::function<Moods(const Tags&, const Embedding&)>;

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

    /// Ends a complete listing: tracks that it did not see become missing; their analyses stay for 90 days.
    [[nodiscard]] virtual Result<ListingOutcome> finish_listing(const ListingId& listing, const ListingEnd& end) = 0;

    /// Gives present tracks that were never analysed nor tried the analysis of a missing one, where size, listed length,
    /// normalised artist and title (none of them empty or 0) match exactly one present track and missing ones of one audio only;
    /// the missing rows stay as they are. Call after finish_listing(): only then is known what is missing. Bounded memory; one
    /// transaction for each thousand tracks. Error cancelled when the token fires; what was given so far stays.
    [[nodiscard]] virtual Result<void> adopt_moved(const MovedVisitor& visitor, std::stop_token stop) = 0;

    /// Gives the analyses whose moods alone are of an older version new ones, of missing tracks, too: nothing has to be heard for
    /// it. Returns how many. Bounded memory; one transaction for each thousand. Error cancelled when the token fires; what was
    /// renewed stays.
    [[nodiscard]] virtual Result<std::uint64_t> renew_moods(const AnalysisVersion& current, const MoodPredictor& predict,
                                                            std::stop_token stop) = 0;

    /// Replaces an older analysis or failure. Errors: not_found for an unknown track, invalid_argument for numbers that are not
    /// finite.
    [[nodiscard]] virtual Result<void> save_analysis(const TrackId& track, const FileStamp& stamp, const Analysis& analysis) = 0;
    /// An older analysis of another stamp goes when the failure lies in the new bytes. After any other failure it stays and
    /// serves on, but the track counts as failed until the new bytes were heard, or the old ones are listed again. Error
    /// not_found.
    [[nodiscard]] virtual Result<void> save_failure(const TrackId& track, const FileStamp& stamp,
                                                    const TrackFailure& failure) = 0;

    /// The newest stored analysis, of present and missing tracks alike, of the same audio. An empty identity finds nothing.
    [[nodiscard]] virtual Result<std::optional<Analysis>> find_by_identity(const AudioIdentity& identity) = 0;

    [[nodiscard]] virtual Result<std::optional<Track>> find(const TrackId& track) = 0;
    [[nodiscard]] virtual Result<TrackCounts> counts() = 0;
    /// Present tracks with their analysis, ordered by id; not one whose listed length is another than when it was analysed: a
    /// server gave its id to other audio. Holds one track at a time.
    [[nodiscard]] virtual Result<void> visit_analysed(const AnalysedVisitor& visitor) = 0;
    /// Present tracks that count as failed or were never tried, in no order. Holds one track at a time.
    [[nodiscard]] virtual Result<void> visit_unanalysed(const UnanalysedVisitor& visitor) = 0;
    /// Present tracks whose newest attempt failed, ordered by last attempt (newest first), then id.
    [[nodiscard]] virtual Result<std::vector<FailedTrack>> failures(std::uint64_t offset, std::uint64_t limit) = 0;
};

} // namespace audiomuse
