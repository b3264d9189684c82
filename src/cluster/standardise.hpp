#pragma once

#include <cluster/matrix.hpp>

namespace audiomuse::cluster {

/// The columns shifted to mean 0 and scaled to variance 1 (population variance over all rows). A constant column becomes 0, so
/// that it has no say in any distance. All values must be finite.
[[nodiscard]] Matrix standardised(MatrixView matrix);

} // namespace audiomuse::cluster
