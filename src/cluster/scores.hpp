#pragma once

#include <cluster/labels.hpp>
#include <cluster/matrix.hpp>

namespace audiomuse::cluster {

/// The share of the points' variance that their grouping explains, corrected for what any grouping into as many parts would
/// (adjusted R squared, Wherry 1931): 1 - (within / (n - k)) / (total / (n - 1)), over the n points whose label is not k_noise,
/// in k groups. At most 1; 0 for a grouping as good as chance, possibly below for a worse one; 0 when it is not defined (n <= k,
/// no spread).
[[nodiscard]] double explained_share(MatrixView points, const Labels& labels);

} // namespace audiomuse::cluster
