#pragma once

#include <cstddef>
#include <stop_token>

#include <base/result.hpp>
#include <cluster/labels.hpp>
#include <cluster/matrix.hpp>
#include <cluster/random.hpp>

namespace audiomuse::cluster {

struct KMeansSettings {
    std::size_t clusters = 8; ///< at least 1
    int max_iterations = 60;
};

struct KMeansFit {
    Matrix centres;     ///< one a row; fewer than asked for when the points have fewer distinct positions
    Labels labels;      ///< the nearest centre of each point, the first of equals; every centre has at least one point
    double inertia = 0; ///< sum of squared distances to the centres
    int iterations = 0;
    bool converged = false; ///< the last iteration moved no point to another cluster
};

/// Lloyd's algorithm (Lloyd 1982) from k-means++ seeds (Arthur and Vassilvitskii 2007). A centre that loses its last point moves
/// to the point farthest from its own centre. Points must be finite, at least one. Fails only with `cancelled`, looked for in
/// every iteration.
[[nodiscard]] Result<KMeansFit> kmeans(MatrixView points, KMeansSettings settings, Random& random, std::stop_token stop);

/// The nearest centre (the first of equals) of each point. Linear in the points; `threads` does not change the result.
[[nodiscard]] Result<Labels> nearest_centres(MatrixView points, MatrixView centres, unsigned threads, std::stop_token stop);

} // namespace audiomuse::cluster
