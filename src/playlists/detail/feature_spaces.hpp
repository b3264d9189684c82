#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include <base/result.hpp>
#include <cluster/kd_tree.hpp>
#include <cluster/matrix.hpp>
#include <cluster/pca.hpp>
#include <playlists/settings.hpp>

namespace audiomuse::playlists::detail {

/// One view of the features: all of them, or their first principal components.
struct FeatureSpace {
    int components = 0; ///< 0: all features as they are
    cluster::MatrixView points;
    std::unique_ptr<cluster::KdTree> tree; ///< only when neighbours were asked for
    /// For k = 1, 2, ...: the distances of (a sample of) the points to their k-th neighbour, ascending.
    std::vector<std::vector<float>> neighbour_distances;

    /// The q-th quantile (0 to 1, interpolated) of the distance to the k-th neighbour; of the last one known when k is larger.
    [[nodiscard]] double neighbour_distance(int k, double q) const;
};

/// The spaces that a search may use, made when first asked for. `at` is for one thread; what it returned may be read by all.
class FeatureSpaces {
  public:
    /// `most_neighbours` 0: no k-d trees and no distances of neighbours.
    [[nodiscard]] static Result<FeatureSpaces> make(cluster::MatrixView features, int most_components, int most_neighbours,
                                                    std::stop_token stop);

    [[nodiscard]] const FeatureSpace& at(int components);
    [[nodiscard]] const cluster::PrincipalComponents& principal_components() const noexcept { return m_components; }

    /// The factor that turns eps, which is meant for all features, into a radius in the space: the ratio of the two spaces'
    /// median distances to the min_samples-th neighbour.
    [[nodiscard]] double eps_scale(int components, int min_samples);

  private:
    FeatureSpaces() = default;

    cluster::MatrixView m_features;
    cluster::PrincipalComponents m_components;
    cluster::Matrix m_projected;
    int m_most_neighbours = 0;
    std::vector<std::unique_ptr<FeatureSpace>> m_spaces;
};

} // namespace audiomuse::playlists::detail
