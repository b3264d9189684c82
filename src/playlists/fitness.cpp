#include <playlists/detail/fitness.hpp>

#include <algorithm>
#include <utility>

#include <cluster/scores.hpp>

namespace audiomuse::playlists::detail {

Fitness evaluate(const Groups& groups, const Corpus& corpus, const PlaylistPlan& plan) {
    Fitness fitness;
    if (groups.empty()) {
        return fitness;
    }
    cluster::Labels labels(corpus.size(), cluster::k_noise);
    std::vector<PlaylistCharacter> characters;
    double songs = 0;
    for (std::size_t g = 0; g < groups.size(); ++g) {
        characters.push_back(character_of(groups[g], corpus));
        fitness.strength +=
            static_cast<double>(std::ranges::max(characters.back().moods)) * static_cast<double>(groups[g].size());
        songs += static_cast<double>(groups[g].size());
        for (const auto row : groups[g]) {
            labels[row] = static_cast<std::int32_t>(g);
        }
    }
    for (const std::size_t length : name_lengths(characters)) {
        fitness.diversity += 1 / static_cast<double>(length);
    }
    const auto wanted = static_cast<double>(plan.wanted_playlists);
    fitness.placed = std::min(1.0, songs / static_cast<double>(std::max<std::size_t>(1, plan.reachable_songs)));
    fitness.variety = std::min(1.0, static_cast<double>(groups.size()) / wanted);
    fitness.diversity = fitness.diversity / std::max(wanted, static_cast<double>(groups.size()));
    fitness.purity = std::clamp(cluster::explained_share(corpus.sound(), labels), 0.0, 1.0);
    fitness.strength = std::clamp(fitness.strength / songs, 0.0, 1.0);
    return fitness;
}

} // namespace audiomuse::playlists::detail
