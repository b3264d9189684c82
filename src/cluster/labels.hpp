#pragma once

#include <cstdint>
#include <vector>

namespace audiomuse::cluster {

/// The cluster of each point: 0 to the number of clusters minus 1, or k_noise.
using Labels = std::vector<std::int32_t>;

inline constexpr std::int32_t k_noise = -1;

} // namespace audiomuse::cluster
