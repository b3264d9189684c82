#pragma once

#include <functional>
#include <string>
#include <vector>

#include <domain/playlist_sink.hpp>
#include <domain/playlist_store.hpp>
#include <domain/track_scope.hpp>
#include <domain/track_store.hpp>
#include <playlists/clustering.hpp>
#include <tasks/task_context.hpp>

namespace audiomuse::app {

/// The main clustering: groups what is analysed by now, and replaces the playlists of the last run, in the sink and in the store.
///
/// New playlists are complete before an old one goes; a crash in between leaves the old or both, and the next run cleans up. A
/// run that yields no playlist leaves all as it was.
class ClusterLibrary {
  public:
    /// Called now and then, on any thread, one at a time.
    using ProgressListener = std::function<void(int runs_completed, int total_runs)>;

    /// All references must outlive this object. `threads` do not change the result.
    ClusterLibrary(TrackStore& tracks, PlaylistStore& playlists, PlaylistSink& sink, unsigned threads,
                   ProgressListener listener = {}, TrackScope scope = {});

    /// The task handler.
    [[nodiscard]] tasks::TaskOutcome operator()(tasks::TaskContext& context);

  private:
    TrackStore& m_tracks;
    PlaylistStore& m_playlists;
    PlaylistSink& m_sink;
    unsigned m_threads;
    ProgressListener m_listener;
    TrackScope m_scope;
};

} // namespace audiomuse::app
