#include <app/clustering_features.hpp>

#include <optional>
#include <utility>

namespace audiomuse::app {

Result<LoadedFeatures> load_features(TrackStore& tracks, const TrackScope& scope, playlists::FeatureKind kind, std::size_t limit,
                                     std::stop_token stop) {
    LoadedFeatures features;
    auto visited = tracks.visit_analysed([&](const AnalysedTrack& track) {
        const auto heard_s = track.analysis.partial ? std::nullopt : std::optional(track.analysis.duration_s);
        if (scope.exclusion(track.track, heard_s)) {
            ++features.excluded;
        } else if (track.analysis.moods) {
            playlists::TrackFeatures row;
            row.id = track.track.id;
            row.title = track.track.title;
            row.artist = track.track.artist;
            row.album_artist = track.track.album_artist;
            row.path = track.track.path;
            row.duration_s = track.analysis.duration_s;
            row.tempo_bpm = track.analysis.tempo_bpm;
            row.moods = *track.analysis.moods;
            if (kind == playlists::FeatureKind::embedding && track.analysis.embedding) {
                row.embedding.assign(track.analysis.embedding->begin(), track.analysis.embedding->end());
            }
            features.tracks.push_back(std::move(row));
        }
        return !stop.stop_requested() && (limit == 0 || features.tracks.size() < limit);
    });
    if (!visited) {
        return fail(std::move(visited));
    }
    if (stop.stop_requested()) {
        return fail(ErrorCode::cancelled, "Task was cancelled.");
    }
    return features;
}

} // namespace audiomuse::app
