#include <playlists/continuation.hpp>

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace audiomuse::playlists {

namespace {

std::unordered_set<TrackId> unique_songs(const PlaylistContent& content) { return {content.songs.begin(), content.songs.end()}; }

struct Pair {
    std::size_t previous;
    std::size_t current;
    double overlap;
    bool same_name;
};

} // namespace

Continuation continue_playlists(std::span<const PreviousPlaylist> previous, std::span<const PlaylistContent> current) {
    std::unordered_map<TrackId, std::vector<std::size_t>> homes; // the previous playlists of each song
    std::vector<std::size_t> sizes;
    for (std::size_t p = 0; p < previous.size(); ++p) {
        const auto songs = unique_songs(previous[p].content);
        sizes.push_back(songs.size());
        for (const auto& song : songs) {
            homes[song].push_back(p);
        }
    }
    std::vector<Pair> pairs;
    for (std::size_t c = 0; c < current.size(); ++c) {
        const auto songs = unique_songs(current[c]);
        std::map<std::size_t, std::size_t> shared;
        for (const auto& song : songs) {
            if (const auto home = homes.find(song); home != homes.end()) {
                for (const std::size_t p : home->second) {
                    ++shared[p];
                }
            }
        }
        for (const auto& [p, count] : shared) {
            const double overlap = static_cast<double>(count) / static_cast<double>(sizes[p] + songs.size() - count);
            if (overlap >= k_least_overlap) {
                pairs.push_back({p, c, overlap, previous[p].content.name == current[c].name});
            }
        }
    }
    std::ranges::sort(pairs, [](const Pair& a, const Pair& b) {
        return std::tuple(-a.overlap, !a.same_name, a.previous, a.current) <
               std::tuple(-b.overlap, !b.same_name, b.previous, b.current);
    });
    Continuation result{std::vector<std::optional<std::size_t>>(current.size()), {}};
    std::vector<char> continued(previous.size(), 0);
    for (const auto& pair : pairs) {
        if (continued[pair.previous] == 0 && !result.previous[pair.current]) {
            continued[pair.previous] = 1;
            result.previous[pair.current] = pair.previous;
        }
    }
    for (std::size_t p = 0; p < previous.size(); ++p) {
        if (continued[p] == 0) {
            result.ended.push_back(p);
        }
    }
    return result;
}

} // namespace audiomuse::playlists
