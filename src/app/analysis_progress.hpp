#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include <domain/analysis.hpp>
#include <domain/failure.hpp>
#include <domain/track.hpp>
#include <tasks/eta.hpp>

namespace audiomuse::app {

/// How many tracks met which end in one analysis.
struct AnalysisCounts {
    std::uint64_t seen = 0;      ///< named by the listing
    std::uint64_t attempted = 0; ///< new, changed, or tried again
    std::uint64_t analysed = 0;
    std::uint64_t known = 0;    ///< analysed before, or found again by the identity of the audio
    std::uint64_t failed = 0;   ///< including those remembered as unreadable
    std::uint64_t skipped = 0;  ///< their album was cancelled
    std::uint64_t excluded = 0; ///< left out by the settings
};

/// "41 seen, 40 analysed, 0 known, 1 failed", as the final message shows the counts.
[[nodiscard]] std::string to_sentence(const AnalysisCounts& counts);

/// "Tempo: 120.50, Key: C major. Moods: mood/energetic:0.85, mood/happy:0.72" with the strongest moods first.
[[nodiscard]] std::string describe(const Analysis& analysis, std::size_t top_n_moods);

/// The details of an analysis that was cut off: without the album and track that were in hand, and without a time left.
[[nodiscard]] std::string without_work_in_hand(const std::string& details_json);

/// What readers of a running analysis see. Thread-safe.
class AnalysisProgress {
  public:
    explicit AnalysisProgress(std::size_t top_n_moods) : m_top_n_moods(top_n_moods) {}

    void set_totals(std::uint64_t albums, std::uint64_t albums_completed, const AnalysisCounts& counts);
    void track_started(const std::string& album, const Track& track);
    void track_analysed(const Track& track, const Analysis& analysis);
    void track_known();
    void track_failed(const Track& track, const TrackFailure& failure);
    void track_skipped();
    /// A failure of an earlier run that is remembered; it is counted by set_totals().
    void track_remembered(const Track& track, FailureCode code);
    void album_completed();

    [[nodiscard]] AnalysisCounts counts() const;
    [[nodiscard]] int percent() const;
    /// "Processing albums: 3/10 completed."
    [[nodiscard]] std::string message() const;
    /// `details` of the API without message and log; `in_hand` fields only while an album is.
    [[nodiscard]] std::string details_json() const;
    /// The numbers that a progress bar shows.
    struct Snapshot {
        std::uint64_t tracks_completed = 0;
        std::uint64_t total_tracks = 0;
        std::optional<std::chrono::seconds> eta;
    };
    [[nodiscard]] Snapshot snapshot() const;
    void finish(); ///< no album is in hand any more

  private:
    struct Failed {
        TrackId id;
        std::string title;
        std::string reason;
    };
    void track_done();
    [[nodiscard]] std::uint64_t completed() const;

    mutable std::mutex m_mutex;
    std::size_t m_top_n_moods;
    std::uint64_t m_albums = 0;
    std::uint64_t m_albums_completed = 0;
    AnalysisCounts m_counts;
    tasks::EtaEstimator m_eta{0};
    std::string m_album;
    std::string m_current_track;
    std::string m_current_analysis; ///< a JSON object; empty before the first
    std::deque<Failed> m_failed;    ///< newest first
};

} // namespace audiomuse::app
