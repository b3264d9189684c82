#pragma once

#include <cstddef>
#include <stop_token>
#include <vector>

#include <base/result.hpp>
#include <cluster/matrix.hpp>

namespace audiomuse::cluster {

/// The axes of greatest variance of a point set.
struct PrincipalComponents {
    std::vector<float> mean;      ///< of each column of the fitted points
    Matrix axes;                  ///< one axis a row, unit length, greatest variance first
    std::vector<double> variance; ///< of the fitted points along each axis (population), descending, >= 0
};

/// Principal component analysis by the eigenvectors of the covariance matrix. Gives min(count, columns) axes. The sign of an axis
/// is the one that makes its coordinate of greatest magnitude (the first of equals) positive. Values must be finite. Fails only
/// with `cancelled`.
[[nodiscard]] Result<PrincipalComponents> fit_principal_components(MatrixView points, std::size_t count, std::stop_token stop);

/// The coordinates of the points along the axes: rows of the points x axes. `threads` does not change the result.
[[nodiscard]] Result<Matrix> project(const PrincipalComponents& components, MatrixView points, unsigned threads,
                                     std::stop_token stop);

} // namespace audiomuse::cluster
