#pragma once

#include <cstddef>
#include <stop_token>
#include <vector>

#include <base/result.hpp>
#include <cluster/kd_tree.hpp>
#include <cluster/labels.hpp>
#include <cluster/matrix.hpp>

namespace audiomuse::cluster {

struct DbscanSettings {
    float eps = 0.5F;            ///< radius of a neighbourhood, inclusive
    std::size_t min_samples = 5; ///< points within eps of a core point, itself counted
};

struct DbscanFit {
    Labels labels; ///< k_noise for points that are neither core nor within eps of a core point
    std::vector<char> is_core;
    std::size_t clusters = 0;
};

/// DBSCAN (Ester, Kriegel, Sander and Xu 1996). Clusters are numbered by their lowest core row; a border point belongs to the
/// first cluster that reaches it. `tree` holds the points. Memory is linear in the points. Fails only with `cancelled`.
[[nodiscard]] Result<DbscanFit> dbscan(MatrixView points, const KdTree& tree, DbscanSettings settings, std::stop_token stop);

/// The labels of further points: that of the nearest core point within eps, else k_noise. At most `max_cores` core points, evenly
/// spread over the rows, stand for all, so that the work is linear in the further points. `threads` does not change the result.
[[nodiscard]] Result<Labels> extend_dbscan(const DbscanFit& fit, MatrixView fitted, float eps, std::size_t max_cores,
                                           MatrixView further, unsigned threads, std::stop_token stop);

} // namespace audiomuse::cluster
