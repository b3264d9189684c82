#include <playlists/ordering.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace audiomuse::playlists {

namespace {

constexpr std::size_t k_section = 300;

class Walk {
  public:
    Walk(cluster::MatrixView sound, std::span<const std::int32_t> artists) : m_sound(sound), m_artists(artists) {}

    /// Appends all of `section` to the walk.
    void take(std::vector<std::uint32_t> section) {
        std::unordered_map<std::int32_t, std::size_t> left; // songs an artist has left in the section
        for (const auto song : section) {
            ++left[m_artists[song]];
        }
        while (!section.empty()) {
            const auto chosen = choose(section, left);
            --left[m_artists[section[chosen]]];
            m_walk.push_back(section[chosen]);
            section.erase(section.begin() + static_cast<std::ptrdiff_t>(chosen));
        }
    }

    /// Turns stretches of the walk from `first` on round while that makes it shorter. The song at `first` stays where it is.
    void improve(std::size_t first) {
        constexpr int k_most_rounds = 20;
        const std::size_t size = m_walk.size();
        bool changed = true;
        for (int round = 0; changed && round < k_most_rounds; ++round) {
            changed = false;
            for (std::size_t i = first + 1; i + 1 < size; ++i) {
                for (std::size_t j = i + 1; j < size; ++j) {
                    const bool has_next = j + 1 < size;
                    const float before = step(i - 1, i) + (has_next ? step(j, j + 1) : 0);
                    const float after = step(i - 1, j) + (has_next ? step(i, j + 1) : 0);
                    const int pairs_before = same_artist(i - 1, i) + (has_next ? same_artist(j, j + 1) : 0);
                    const int pairs_after = same_artist(i - 1, j) + (has_next ? same_artist(i, j + 1) : 0);
                    if (pairs_after <= pairs_before && after < before - 1e-4F) {
                        std::reverse(m_walk.begin() + static_cast<std::ptrdiff_t>(i),
                                     m_walk.begin() + static_cast<std::ptrdiff_t>(j) + 1);
                        changed = true;
                    }
                }
            }
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return m_walk.size(); }
    [[nodiscard]] std::vector<std::uint32_t> result() && { return std::move(m_walk); }

  private:
    [[nodiscard]] float distance(std::uint32_t a, std::uint32_t b) const {
        return std::sqrt(cluster::squared_distance(m_sound.row(a), m_sound.row(b)));
    }
    [[nodiscard]] float step(std::size_t i, std::size_t j) const { return distance(m_walk[i], m_walk[j]); }
    [[nodiscard]] int same_artist(std::size_t i, std::size_t j) const {
        return m_artists[m_walk[i]] >= 0 && m_artists[m_walk[i]] == m_artists[m_walk[j]] ? 1 : 0;
    }

    /// The nearest song of another artist than the last one. An artist who has more than half of the songs left goes first: later
    /// their songs could not be kept apart.
    [[nodiscard]] std::size_t choose(const std::vector<std::uint32_t>& section,
                                     const std::unordered_map<std::int32_t, std::size_t>& left) const {
        if (m_walk.empty()) {
            return 0;
        }
        const std::int32_t last = m_artists[m_walk.back()];
        std::size_t best = section.size();
        std::pair<int, float> best_cost;
        for (std::size_t i = 0; i < section.size(); ++i) {
            const std::int32_t artist = m_artists[section[i]];
            const bool repeats = artist >= 0 && artist == last;
            const bool must_go_now = artist >= 0 && !repeats && 2 * left.at(artist) > section.size();
            const std::pair<int, float> cost{repeats ? 2 : (must_go_now ? 0 : 1), distance(m_walk.back(), section[i])};
            if (best == section.size() || cost < best_cost) {
                best = i;
                best_cost = cost;
            }
        }
        return best;
    }

    cluster::MatrixView m_sound;
    std::span<const std::int32_t> m_artists;
    std::vector<std::uint32_t> m_walk;
};

/// Positions along the direction from the mean to the song farthest from it.
std::vector<float> positions(std::span<const std::uint32_t> songs, cluster::MatrixView sound) {
    std::vector<float> mean(sound.cols);
    for (const auto song : songs) {
        const auto row = sound.row(song);
        for (std::size_t j = 0; j < mean.size(); ++j) {
            mean[j] += row[j] / static_cast<float>(songs.size());
        }
    }
    const auto farthest =
        *std::ranges::max_element(songs, {}, [&](auto song) { return cluster::squared_distance(sound.row(song), mean); });
    std::vector<float> result;
    for (const auto song : songs) {
        const auto row = sound.row(song);
        float along = 0;
        for (std::size_t j = 0; j < mean.size(); ++j) {
            along += (row[j] - mean[j]) * (sound.row(farthest)[j] - mean[j]);
        }
        result.push_back(along);
    }
    return result;
}

} // namespace

std::vector<std::uint32_t> order_songs(std::span<const std::uint32_t> songs, cluster::MatrixView sound,
                                       std::span<const std::int32_t> artists) {
    Walk walk(sound, artists);
    if (songs.size() <= k_section) {
        walk.take({songs.begin(), songs.end()});
        walk.improve(0);
        return std::move(walk).result();
    }
    const auto along = positions(songs, sound);
    std::vector<std::size_t> order(songs.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return along[a] != along[b] ? along[a] < along[b] : a < b; });
    for (std::size_t first = 0; first < order.size(); first += k_section) {
        std::vector<std::uint32_t> section;
        for (std::size_t i = first; i < std::min(order.size(), first + k_section); ++i) {
            section.push_back(songs[order[i]]);
        }
        const std::size_t start = walk.size();
        walk.take(std::move(section));
        walk.improve(start == 0 ? 0 : start - 1);
    }
    return std::move(walk).result();
}

} // namespace audiomuse::playlists
