#pragma once

#include <cstddef>
#include <span>

#include <nn/musicnn_weights.hpp>

/// The dense layers with the batch normalisation of their input folded in: W (scale x + shift) + b = (W scale) x + (W shift + b).
namespace audiomuse::nn::detail {

/// Rows of the hidden layer's weights follow the pooled values of sizes.hpp: maxima of all columns, then means; unused columns
/// have zeros. `prepared` is for gemm, `bias` has 200 values.
void prepare_hidden(const Dense& layer, const BatchNorm& before, std::size_t lanes, std::span<float> prepared,
                    std::span<float> bias);

/// `prepared` is for gemm, `bias` has 50 values.
void prepare_output(const Dense& layer, const BatchNorm& before, std::size_t lanes, std::span<float> prepared,
                    std::span<float> bias);

} // namespace audiomuse::nn::detail
