#pragma once

#include <cstddef>
#include <span>

#include <nn/detail/sizes.hpp>
#include <nn/instruction_set.hpp>
#include <nn/musicnn_weights.hpp>

/// The mid end's convolutions over 7 frames and all channels, by overlap-save.
///
/// Time is cut into 19 blocks of 10 outputs; a block reads 16 frames, 3 before its first output to 3 after its last, and a
/// circular convolution of length 16 gives its 10 outputs exactly. With X the transform of a block of one channel and G =
/// conj(DFT(filter)) / 16, the spectrum of the block's sums is the sum over the channels of X G: for each of the 9 bins a product
/// of two matrices, (blocks x channels) times (channels x 64). The 7 complex bins take three real products each, as in front.hpp;
/// with the two real bins that is 23 products, or 2.3 multiplications in place of 7 for an output and channel.
///
/// Two vectors of channels go through one complex transform, u + i v. Taking them apart again would halve: U[k] = (Z[k] +
/// conj(Z[16 - k])) / 2. The kernel leaves that out, and the factor 2 that the real inverse transform wants for complex bins is
/// there already.
///
/// Spectra: [product 0 to 22][row = block][channel]; products 3 i, 3 i + 1, 3 i + 2 are a + b, b and a of complex bin i + 1; 21
/// and 22 are bins 0 and 8. Sums: [product][row][64]. Weights: [product][prepared by prepare_gemm(): channels x 64].
namespace audiomuse::nn::detail {

inline constexpr std::size_t k_mid_taps = 7;
inline constexpr std::size_t k_mid_length = 16;
inline constexpr std::size_t k_block_outputs = k_mid_length - k_mid_taps + 1;
inline constexpr std::size_t k_blocks = 19;
/// Whole tiles of the matrix product.
inline constexpr std::size_t k_block_rows = 20;
inline constexpr std::size_t k_mid_complex_bins = 7;
inline constexpr std::size_t k_mid_products = 3 * k_mid_complex_bins + 2;
inline constexpr std::size_t k_mid_spectra_size = k_mid_products * k_block_rows * k_mid_column;
inline constexpr std::size_t k_mid_sums_size = k_mid_products * k_block_rows * k_mid_channels;

struct MidArguments {
    const float* input = nullptr;  ///< first input column, in row 0 (that is frame -3) of the feature matrix; aligned to 64 bytes
    std::size_t channels = 0;      ///< input columns to transform, a multiple of 32
    float* spectra = nullptr;      ///< [23][k_block_rows][channels], aligned to 64 bytes
    const float* sums = nullptr;   ///< [23][k_block_rows][64], aligned to 64 bytes
    const float* affine = nullptr; ///< [bias, scale, shift][64], aligned to 64 bytes
    const float* residual = nullptr; ///< a column block to add, in frame 0; null when nothing is added
    float* out = nullptr;            ///< first output column, in frame 0; aligned to 64 bytes
};

using MidFunction = void (*)(const MidArguments&);
/// Fills the spectra from the input.
[[nodiscard]] MidFunction mid_spectra_function(InstructionSet set) noexcept;
/// Fills the output from the sums: inverse transform, bias, ReLU, batch normalisation, residual.
[[nodiscard]] MidFunction mid_outputs_function(InstructionSet set) noexcept;

/// Floats of one product's weights; the whole has 23 times as many.
[[nodiscard]] std::size_t mid_product_weights_size(std::size_t channels, std::size_t lanes) noexcept;
void prepare_mid(const Convolution& layer, std::size_t lanes, std::span<float> prepared);

inline constexpr std::size_t k_mid_affine_size = 3 * k_mid_channels;
void prepare_mid_affine(const Convolution& layer, std::span<float> prepared);

} // namespace audiomuse::nn::detail
