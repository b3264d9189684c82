#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <app/analyse_library.hpp>
#include <app/bounded_queue.hpp>

namespace audiomuse::app {

/// One main analysis in hand: the listing, then the tracks; some threads fetch the next ones while others listen to the present
/// ones. Used by AnalyseLibrary only.
class AnalysisRun {
  public:
    AnalysisRun(MusicSource& source, Analyser& analyser, TrackStore& tracks, const AnalyseLibrary::Settings& settings,
                const AnalyseLibrary::ProgressListener& listener, const AnalysisParams& params, tasks::TaskContext& context);

    [[nodiscard]] tasks::TaskOutcome run();

  private:
    struct PendingTrack {
        TrackId id;
        bool may_be_known = false; ///< worth asking for its identity first
    };
    /// An album with at least one track to attempt.
    struct PendingAlbum {
        TaskId child;
        std::string title;
        std::size_t track_count = 0; ///< all of the album that are not excluded
        std::vector<PendingTrack> tracks;
        std::size_t next = 0; ///< first track not handed out
        std::size_t done = 0;
        std::size_t failed = 0;
        std::stop_token stop;
    };
    struct Job {
        PendingAlbum* album = nullptr;
        PendingTrack track;
        std::size_t number = 0; ///< from 1, among the tracks to attempt
    };
    struct Fetched {
        Job job;
        Track track;
        AudioInput input;
    };

    void renew_moods();
    [[nodiscard]] Result<Listing> list();
    [[nodiscard]] Result<void> end_listing(const ListingId& id, const Listing& listing);
    [[nodiscard]] Result<void> adopt_moved();
    [[nodiscard]] Result<void> take_album(const ListingId& listing, const Album& album, std::span<const Track> tracks);
    void analyse_all();
    void fetch(BoundedQueue<Fetched>& fetched);
    void listen(BoundedQueue<Fetched>& fetched);
    [[nodiscard]] std::optional<Job> next_job();
    [[nodiscard]] std::optional<Fetched> fetch(const Job& job);
    void listen(const Fetched& fetched);
    [[nodiscard]] bool skip_when_stopped(const Job& job);
    [[nodiscard]] bool reuse_known_analysis(const Track& track, const AudioInput& input, std::stop_token stop);
    void track_failed(const Job& job, const Track& track, const TrackFailure& failure);
    void finish_job(const Job& job, bool failed);
    void show_progress();
    void log_what_the_source_has();
    void give_up(const Error& error);
    [[nodiscard]] bool must_stop() const { return m_abort.stop_requested(); }
    [[nodiscard]] tasks::TaskOutcome outcome(const Listing& listing) const;

    MusicSource& m_source;
    Analyser& m_analyser;
    TrackStore& m_tracks;
    const AnalyseLibrary::Settings& m_settings;
    const AnalyseLibrary::ProgressListener& m_listener;
    const AnalysisParams m_params;
    tasks::TaskContext& m_context;
    AnalysisProgress m_progress;
    bool m_store_was_empty = true;
    std::uint64_t m_albums = 0;
    std::uint64_t m_albums_without_work = 0;
    AnalysisCounts m_listed;
    std::uint64_t m_listed_before = 0; ///< of these, how many the listing before had
    bool m_removals_refused = false;
    std::deque<PendingAlbum> m_pending; ///< stable addresses
    std::mutex m_mutex;                 ///< guards m_pending's counters, m_next_album and m_fatal
    std::size_t m_next_album = 0;
    std::optional<Error> m_fatal;
    std::stop_source m_abort; ///< the task was cancelled or the store failed
    std::mutex m_listener_mutex;
};

} // namespace audiomuse::app
