#pragma once

#include <functional>

#include <base/clock.hpp>
#include <domain/music_source.hpp>
#include <domain/track_store.hpp>

namespace audiomuse::store {

class Database;

/// The tracks of one source in SQLite. The database must outlive the store.
///
/// What is seen by visit_analysed() is the state at its begin. A visitor may take its time and may call this store: it holds up
/// neither readers nor the writer. But while it runs, the write-ahead log beside the database cannot be reused and grows by all
/// that is written.
class SqliteTrackStore final : public TrackStore {
  public:
    /// `now` gives the time of attempts and of going missing.
    SqliteTrackStore(Database& database, SourceId source, std::function<UtcTime()> now = utc_now);

    [[nodiscard]] Result<std::vector<TrackStatus>> record_album(const ListingId& listing, const Album& album,
                                                                std::span<const Track> tracks) override;
    [[nodiscard]] Result<ListingOutcome> finish_listing(const ListingId& listing, const ListingEnd& end) override;
    [[nodiscard]] Result<void> adopt_moved(const MovedVisitor& visitor, std::stop_token stop) override;
    [[nodiscard]] Result<std::uint64_t> renew_moods(const AnalysisVersion& current, const MoodPredictor& predict,
                                                    std::stop_token stop) override;
    [[nodiscard]] Result<void> save_analysis(const TrackId& track, const FileStamp& stamp, const Analysis& analysis) override;
    [[nodiscard]] Result<void> save_failure(const TrackId& track, const FileStamp& stamp, const TrackFailure& failure) override;
    /// Looks into all sources: equal audio sounds alike wherever it lies.
    [[nodiscard]] Result<std::optional<Analysis>> find_by_identity(const AudioIdentity& identity) override;
    [[nodiscard]] Result<std::optional<Track>> find(const TrackId& track) override;
    [[nodiscard]] Result<TrackCounts> counts() override;
    [[nodiscard]] Result<void> visit_analysed(const AnalysedVisitor& visitor) override;
    [[nodiscard]] Result<void> visit_unanalysed(const UnanalysedVisitor& visitor) override;
    [[nodiscard]] Result<std::vector<FailedTrack>> failures(std::uint64_t offset, std::uint64_t limit) override;

  private:
    Database& m_database;
    const SourceId m_source;
    const std::function<UtcTime()> m_now;
};

} // namespace audiomuse::store
