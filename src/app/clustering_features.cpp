#include <app/clustering_features.hpp>

#include <utility>

namespace audiomuse::app {

Result<std::vector<playlists::TrackFeatures>> load_features(TrackStore& tracks, playlists::FeatureKind kind, std::size_t limit,
                                                            std::stop_token stop) {
    std::vector<playlists::TrackFeatures> features;
    auto visited = tracks.visit_analysed([&](const AnalysedTrack& track) {
        if (track.analysis.moods) {
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
            features.push_back(std::move(row));
        }
        return !stop.stop_requested() && (limit == 0 || features.size() < limit);
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
