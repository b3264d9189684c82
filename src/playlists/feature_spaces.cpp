#include <playlists/detail/feature_spaces.hpp>

#include <algorithm>
#include <cmath>

namespace audiomuse::playlists::detail {

namespace {

constexpr std::size_t k_most_queries = 1000; // points whose neighbours are looked up to learn typical distances

std::vector<std::vector<float>> sorted_neighbour_distances(const cluster::KdTree& tree, std::size_t most_neighbours) {
    std::vector<std::vector<float>> by_rank(std::min(most_neighbours, tree.size() - 1));
    const std::size_t queries = std::min(tree.size(), k_most_queries);
    std::vector<float> nearest;
    for (std::size_t i = 0; i < queries; ++i) {
        tree.nearest_distances(i * tree.size() / queries, by_rank.size(), nearest);
        for (std::size_t k = 0; k < nearest.size(); ++k) {
            by_rank[k].push_back(nearest[k]);
        }
    }
    for (auto& distances : by_rank) {
        std::ranges::sort(distances);
    }
    return by_rank;
}

} // namespace

double FeatureSpace::neighbour_distance(int k, double q) const {
    if (neighbour_distances.empty()) {
        return 0;
    }
    const auto& sorted = neighbour_distances[std::min(static_cast<std::size_t>(std::max(k, 1)), neighbour_distances.size()) - 1];
    const double position = q * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const double low = sorted[below];
    const double high = sorted[std::min(below + 1, sorted.size() - 1)];
    return low + (high - low) * (position - std::floor(position));
}

Result<FeatureSpaces> FeatureSpaces::make(cluster::MatrixView features, int most_components, int most_neighbours,
                                          std::stop_token stop) {
    FeatureSpaces spaces;
    spaces.m_features = features;
    spaces.m_most_neighbours = most_neighbours;
    const auto count = static_cast<std::size_t>(std::max(0, most_components));
    if (count > 0) {
        auto components = cluster::fit_principal_components(features, count, stop);
        if (!components) {
            return fail(std::move(components));
        }
        auto projected = cluster::project(*components, features, 1, stop);
        if (!projected) {
            return fail(std::move(projected));
        }
        spaces.m_components = std::move(*components);
        spaces.m_projected = std::move(*projected);
    }
    spaces.m_spaces.resize(count + 1);
    return spaces;
}

const FeatureSpace& FeatureSpaces::at(int components) {
    auto& space = m_spaces[static_cast<std::size_t>(components)];
    if (!space) {
        space = std::make_unique<FeatureSpace>();
        space->components = components;
        space->points = components == 0 ? m_features : m_projected.view().first_columns(static_cast<std::size_t>(components));
        if (m_most_neighbours > 0) {
            space->tree = std::make_unique<cluster::KdTree>(space->points);
            space->neighbour_distances = sorted_neighbour_distances(*space->tree, static_cast<std::size_t>(m_most_neighbours));
        }
    }
    return *space;
}

double FeatureSpaces::eps_scale(int components, int min_samples) {
    const double everywhere = at(0).neighbour_distance(min_samples, 0.5);
    const double here = at(components).neighbour_distance(min_samples, 0.5);
    return everywhere > 0 && here > 0 ? here / everywhere : 1;
}

} // namespace audiomuse::playlists::detail
