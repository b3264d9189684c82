#pragma once

#include <nn/detail/sizes.hpp>
#include <nn/instruction_set.hpp>

/// Maximum and mean over time of every column of the feature matrix. Lanes are columns.
namespace audiomuse::nn::detail {

/// @param features frame 0 of the feature matrix, aligned to 64 bytes
/// @param pooled k_pooled_stride values: the maxima, then the means; aligned to 64 bytes
using PoolingFunction = void (*)(const float* features, float* pooled);
[[nodiscard]] PoolingFunction pooling_function(InstructionSet set) noexcept;

} // namespace audiomuse::nn::detail
