#pragma once

#include <cstddef>

#include <nn/musicnn_weights.hpp>

/// Sizes that the kernels, the prepared weights and the scratch memory agree on. All counts are of float32 values.
namespace audiomuse::nn::detail {

inline constexpr std::size_t k_max_lanes = 16;

/// The number of vectors of `lanes` values that hold `count` values.
[[nodiscard]] constexpr std::size_t vectors_for(std::size_t count, std::size_t lanes) noexcept {
    return (count + lanes - 1) / lanes;
}
[[nodiscard]] constexpr std::size_t round_up(std::size_t count, std::size_t multiple) noexcept {
    return vectors_for(count, multiple) * multiple;
}

/// The feature matrix: one row a frame; columns 0 to 560 are the front's channels, three times 64 columns from 576 on those of
/// the mid end. Columns in between stay zero. Three rows of zeros lie before the first frame and six after the last, for the
/// padding of the mid end.
inline constexpr std::size_t k_mid_column = 576;
inline constexpr std::size_t k_feature_stride = k_mid_column + 3 * k_mid_channels;
inline constexpr std::size_t k_feature_rows_before = 3;
inline constexpr std::size_t k_feature_rows = k_feature_rows_before + k_patch_frames + 6;

/// What the pooling gives: the maxima of all columns of the feature matrix, then the means.
inline constexpr std::size_t k_pooled_stride = 2 * k_feature_stride;

} // namespace audiomuse::nn::detail
