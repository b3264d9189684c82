#pragma once

#include <array>
#include <span>
#include <vector>

#include <nn/musicnn_weights.hpp>

namespace audiomuse::nn {

/// Every layer's output for one patch, C order.
struct ReferenceLayers {
    std::vector<float> normalised;         ///< 187 x 96: the input after its batch normalisation
    std::vector<float> front;              ///< 187 x 561
    std::array<std::vector<float>, 3> mid; ///< 187 x 64 each
    std::vector<float> pooled;             ///< 1506, before batch normalisation
    std::array<float, k_output_embedding> embedding{};
    std::array<float, k_output_tags> tags{};
};

/// The network as its description in MusicnnWeights reads, in float32 and without any cleverness: the oracle of the fast kernels.
/// About a hundred times slower than Network.
/// @param patch 187 x 96 values, frames x bands
[[nodiscard]] ReferenceLayers run_reference(const MusicnnWeights& weights, std::span<const float, k_patch_values> patch);

} // namespace audiomuse::nn
