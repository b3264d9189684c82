#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <app/analysis_progress.hpp>
#include <app/named_server.hpp>
#include <base/result.hpp>
#include <domain/analyser.hpp>
#include <domain/music_source.hpp>
#include <domain/track_scope.hpp>
#include <domain/track_store.hpp>
#include <tasks/task_context.hpp>

namespace audiomuse::app {

/// What one analysis was asked for, every default filled in. Stored as the params of its task.
struct AnalysisParams {
    std::uint64_t num_recent_albums = 0; ///< 0: all
    std::size_t top_n_moods = 5;         ///< 1 to 17
    bool retry_failed = false;           ///< also what is remembered as unreadable
    bool accept_removals = false;        ///< what is not listed is gone, however much it is
    std::optional<NamedServer> server{}; ///< to be read in place of the configured one
};

/// A JSON object with the keys in a fixed order: equal params give equal texts. The token of a named server is `jellyfin_token`,
/// which the task store deletes when the task ends.
[[nodiscard]] std::string to_json(const AnalysisParams& params);
[[nodiscard]] Result<AnalysisParams> parse_analysis_params(const std::string& json);

/// True when a track with this status needs to be analysed (again).
[[nodiscard]] bool needs_analysis(const TrackStatus& status, const AnalysisVersion& current, bool retry_failed);

/// The main analysis: lists a source, analyses what is new or changed, and stores each result at once.
///
/// Whatever is killed when: what was stored stays, and the next run goes on from there.
class AnalyseLibrary {
  public:
    struct Settings {
        std::size_t workers = 1;         ///< tracks listened to at once
        std::size_t transfers = 1;       ///< tracks fetched at once, ahead of those
        AnalysisVersion current_version; ///< what the analyser gives now
        TrackScope scope{};              ///< what is left out is recorded and not analysed
        MoodPredictor predict_moods{};   ///< of the current version; empty where moods are not to be had
    };
    /// Called after every track, from the worker threads, one at a time.
    using ProgressListener = std::function<void(const AnalysisProgress&)>;

    /// All references must outlive this object.
    AnalyseLibrary(MusicSource& source, Analyser& analyser, TrackStore& tracks, Settings settings,
                   ProgressListener listener = {});

    /// The task handler.
    [[nodiscard]] tasks::TaskOutcome operator()(tasks::TaskContext& context);

  private:
    MusicSource& m_source;
    Analyser& m_analyser;
    TrackStore& m_tracks;
    Settings m_settings;
    ProgressListener m_listener;
};

} // namespace audiomuse::app
