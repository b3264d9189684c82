#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <nn/detail/sizes.hpp>
#include <nn/instruction_set.hpp>
#include <nn/musicnn_weights.hpp>

/// The front end's convolutions over time and bands, 7 x 38 and 7 x 67, with the maximum over the bands.
///
/// **Spectrum over the bands.** For each frame, X is the Fourier transform of length 96 of the normalised row; frames beyond the
/// patch are zero. With G[dt] = conj(DFT(filter row dt)) / 96, the sums of frame t are IDFT(sum over dt of X[t + dt - 3] G[dt]).
/// The circular wrap spoils only positions from 97 - taps on, so the 59 (38 taps) and 30 (67 taps) valid ones are exact. Both
/// convolutions share X.
///
/// **Three real products for a complex one.** With X = a + ib and G = c + id: k1 = c (a + b), re = k1 - b (c + d), im = k1 + a (d
/// - c). Each is a real convolution over 7 frames with the weights c, -(c + d), d - c and the inputs a + b, b, a. There are 47
/// complex and 2 real bins, hence 143 real channels of 7 taps.
///
/// **Which bins.** The inverse of length 96 = 3 x 32 is pruned: x[n] = A0[n mod 32] + Re(w^n A1[n mod 32]), w = exp(2 pi i / 96),
/// where A0 is the real transform of length 32 of bins 0, 3, ..., 48 and A1 the complex one of bins 1, 4, ..., 94. The third
/// class of bins is the conjugate of A1's; the factor 2 that stands for it, and for the missing half of A0's, is in the weights
/// of all complex bins.
///
/// **Maximum before ReLU.** y = scale * relu(sum + bias) + shift rises with the sum when scale >= 0 and falls otherwise. Weights
/// of channels with a negative scale are negated; then the plain maximum m over the bands gives y = scale * relu(sign * m + bias)
/// + shift, and no band but the winner sees bias, ReLU or normalisation.
///
/// **Lanes** are filters. Weights are vectors, inputs are broadcast. Weights: [group of lanes filters][143][7][lane]; channels 3
/// i, 3 i + 1 and 3 i + 2 belong to complex bin i: first bins 3, 6, ..., 45 (A0), then 1, 4, ..., 94 (A1); channels 141 and 142
/// are bins 0 and 48.
namespace audiomuse::nn::detail {

inline constexpr std::size_t k_front_filters = 204;
inline constexpr std::size_t k_front_taps = 7;
inline constexpr std::size_t k_complex_bins = 47;
inline constexpr std::size_t k_real_bins = 2;
inline constexpr std::size_t k_spectrum_channels = 3 * k_complex_bins + k_real_bins;
/// From frame to frame of the spectra; padded to whole blocks of the matrix product.
inline constexpr std::size_t k_spectrum_stride = 160;
/// Frames in one tile: as many accumulators as registers allow beside the taps, and a divisor of 192 frames or of 187.
[[nodiscard]] constexpr std::size_t front_tile_frames(std::size_t lanes) noexcept { return lanes == 16 ? 11 : 8; }
/// Three frames of zeros, 187 frames, and zeros up to the end of the last tile's taps.
inline constexpr std::size_t k_spectrum_rows_before = 3;
inline constexpr std::size_t k_spectrum_rows = 192 + k_front_taps - 1;
/// Room for one tile of the products.
inline constexpr std::size_t k_front_buffer_size = 11 * 2 * (k_complex_bins + 1) * k_max_lanes;

/// Which bin of the transform of length 96 complex bin `index` is.
[[nodiscard]] constexpr std::size_t complex_bin(std::size_t index) noexcept {
    return index < 15 ? 3 * (index + 1) : 3 * (index - 15) + 1;
}

/// The matrix [96][143] that turns a row of bands into the inputs of the 143 channels.
[[nodiscard]] std::vector<float> band_transform();

struct FrontArguments {
    const float* spectra = nullptr; ///< [k_spectrum_rows][k_spectrum_stride]; row r is frame r - 3
    const float* weights = nullptr; ///< aligned to 64 bytes
    const float* affine = nullptr;  ///< [group][sign, bias, scale, shift][lane], aligned to 64 bytes
    float* buffer = nullptr;        ///< k_front_buffer_size values, aligned to 64 bytes
    float* out = nullptr;           ///< first column of this convolution in frame 0; whole vectors are written, past filter 204
    std::size_t out_stride = 0;     ///< from frame to frame
};

using FrontFunction = void (*)(const FrontArguments&);
/// The convolution with 38 taps over the bands.
[[nodiscard]] FrontFunction front_38_function(InstructionSet set) noexcept;
/// The convolution with 67 taps over the bands.
[[nodiscard]] FrontFunction front_67_function(InstructionSet set) noexcept;

[[nodiscard]] std::size_t front_weights_size(std::size_t lanes) noexcept;
void prepare_front(const Convolution& layer, std::size_t lanes, std::span<float> prepared);

/// [group][sign, bias, scale, shift][lane] for any layer that takes its maximum before its ReLU; lanes without a filter give 0.
[[nodiscard]] std::size_t affine_size(std::size_t outputs, std::size_t lanes) noexcept;
/// Filters first ... first + layer.outputs - 1 of a pool of filters.
void prepare_affine(const Convolution& layer, std::size_t first, std::size_t lanes, std::span<float> prepared);
/// -1 for filters whose maximum is found as a minimum, else 1.
[[nodiscard]] inline float maximum_sign(const Convolution& layer, std::size_t output) noexcept {
    return layer.after.scale[output] < 0 ? -1.0F : 1.0F;
}

} // namespace audiomuse::nn::detail
