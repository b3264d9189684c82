#pragma once

#include <array>
#include <cstddef>
#include <span>

#include <nn/detail/sizes.hpp>
#include <nn/instruction_set.hpp>
#include <nn/musicnn_weights.hpp>

/// The front end's convolutions over time alone, 128 x 1, 64 x 1 and 32 x 1, with the maximum over all 96 bands.
///
/// **One transform of length 256 for all.** The padding makes an output depend on frames from 63 before it to 64 after it, and
/// 187 + 64 = 251 <= 256: a circular convolution of length 256 over time gives all 187 outputs exactly. The 153 filters of the
/// three widths are one pool. With G[k] = (sum over j of h[j] w^(k (j - before))) / 256, w = exp(2 pi i / 256): y = IDFT(Z G).
///
/// **Two bands in one complex signal**, z = x_p + i x_(p + 48). The filters are real, so that the real part of the result belongs
/// to band p and the imaginary part to band p + 48; the step goes on with the maximum of both. G[256 - k] is the conjugate of
/// G[k]: 129 bins of a filter suffice.
///
/// **256 = 16 x 16**: with k = j + 16 b and n = r + 16 s, for each j the 16 bins over b are multiplied by G, transformed, and
/// turned by w^(jr); then for each r the 16 values over j are transformed; results from frame 192 on are never computed.
///
/// **Lanes** are filters here, and pairs of bands in the forward transform. Maximum before ReLU as in front.hpp.
/// Weights: [group of lanes filters][bin 0 to 128][re, im][lane].
namespace audiomuse::nn::detail {

inline constexpr std::size_t k_temporal_filters = 153;
inline constexpr std::size_t k_temporal_column = 408;
inline constexpr std::size_t k_temporal_length = 256;
inline constexpr std::size_t k_temporal_bins = k_temporal_length / 2 + 1;
inline constexpr std::size_t k_band_pairs = k_mel_bands / 2;
/// Frames with the zeros behind them that the transform reads.
inline constexpr std::size_t k_normalised_rows = 192;

/// Spectra of the band pairs: [pair][bin][re, im].
inline constexpr std::size_t k_temporal_spectra_size = k_band_pairs * k_temporal_length * 2;
/// Room for a transform between its passes, and for the maxima of one group.
inline constexpr std::size_t k_temporal_buffer_size = (2 * k_temporal_length + k_normalised_rows) * k_max_lanes;

struct TemporalArguments {
    const float* normalised = nullptr; ///< [k_normalised_rows][96]; rows from 187 on are zero; aligned to 64 bytes
    const float* roots = nullptr;      ///< [j][r][re, im] of w^(jr): see temporal_roots()
    const float* weights = nullptr;    ///< aligned to 64 bytes
    const float* affine = nullptr;     ///< as in front.hpp
    float* spectra = nullptr;          ///< k_temporal_spectra_size values
    float* buffer = nullptr;           ///< k_temporal_buffer_size values, aligned to 64 bytes
    float* out = nullptr;              ///< first of these filters' columns in frame 0; whole vectors are written, past filter 153
    std::size_t out_stride = 0;        ///< from frame to frame
};

using TemporalFunction = void (*)(const TemporalArguments&);
/// Fills the spectra from the normalised frames.
[[nodiscard]] TemporalFunction temporal_spectra_function(InstructionSet set) noexcept;
/// Fills the output from the spectra.
[[nodiscard]] TemporalFunction temporal_function(InstructionSet set) noexcept;

[[nodiscard]] const std::array<float, 2 * k_temporal_length>& temporal_roots() noexcept;
[[nodiscard]] std::size_t temporal_weights_size(std::size_t lanes) noexcept;
/// One of the three convolutions, as filters first ... of the pool.
void prepare_temporal(const Convolution& layer, std::size_t first, std::size_t lanes, std::span<float> prepared);

} // namespace audiomuse::nn::detail
