#include <playlists/selection.hpp>

#include <algorithm>
#include <unordered_map>

namespace audiomuse::playlists {

namespace {

std::vector<std::uint32_t> take(std::span<const Candidate> candidates, std::size_t max_songs, std::size_t artist_limit) {
    std::vector<std::uint32_t> taken;
    std::unordered_map<std::int32_t, std::size_t> counts;
    for (const auto& candidate : candidates) {
        if (max_songs > 0 && taken.size() == max_songs) {
            break;
        }
        if (artist_limit > 0 && candidate.artist >= 0 && ++counts[candidate.artist] > artist_limit) {
            continue;
        }
        taken.push_back(candidate.track);
    }
    return taken;
}

} // namespace

std::size_t smallest_playlist(std::size_t tracks, std::size_t max_songs) noexcept {
    const std::size_t smallest = std::min(tracks, std::min<std::size_t>(5, std::max<std::size_t>(3, tracks / 5)));
    return max_songs > 0 ? std::min(smallest, max_songs) : smallest;
}

std::vector<Candidate> within_reach(std::vector<Candidate> cluster, double max_distance) {
    if (cluster.empty()) {
        return cluster;
    }
    std::ranges::sort(cluster, [](const Candidate& a, const Candidate& b) {
        return a.distance != b.distance ? a.distance < b.distance : a.track < b.track;
    });
    const std::size_t middle = cluster.size() / 2;
    const double median =
        cluster.size() % 2 == 1
            ? static_cast<double>(cluster[middle].distance)
            : (static_cast<double>(cluster[middle - 1].distance) + static_cast<double>(cluster[middle].distance)) / 2;
    const double farthest = max_distance * 4 * median;
    const auto end =
        std::ranges::find_if(cluster, [&](const Candidate& c) { return static_cast<double>(c.distance) > farthest; });
    cluster.erase(end, cluster.end());
    return cluster;
}

Selection select_songs(std::span<const Candidate> candidates, const SelectionLimits& limits) {
    Selection selection{{}, limits.max_songs_per_artist};
    const std::size_t min_songs = limits.max_songs > 0 ? std::min(limits.min_songs, limits.max_songs) : limits.min_songs;
    if (candidates.size() < min_songs) {
        return selection;
    }
    for (;; ++selection.artist_limit) {
        selection.tracks = take(candidates, limits.max_songs, selection.artist_limit);
        if (selection.tracks.size() >= min_songs || selection.artist_limit == 0) {
            return selection;
        }
    }
}

} // namespace audiomuse::playlists
