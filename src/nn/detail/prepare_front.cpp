#include <array>
#include <vector>

#include <nn/detail/front.hpp>
#include <nn/detail/roots.hpp>

namespace audiomuse::nn::detail {
namespace {

constexpr std::size_t k_bins = k_complex_bins + k_real_bins;

/// Cosines and sines of all bins for one band: [cosine of bin index i ...][sine ...]; the real bins 0 and 48 come last.
using BandRoots = std::array<double, 2 * k_bins>;

std::vector<BandRoots> make_roots() {
    std::vector<BandRoots> roots(k_mel_bands);
    for (std::size_t band = 0; band < k_mel_bands; ++band) {
        for (std::size_t i = 0; i < k_bins; ++i) {
            const std::size_t bin = i < k_complex_bins ? complex_bin(i) : (i - k_complex_bins) * 48;
            roots[band][i] = cosine_of_turn(bin * band, k_mel_bands);
            roots[band][k_bins + i] = sine_of_turn(bin * band, k_mel_bands);
        }
    }
    return roots;
}

/// The seven taps of one filter in all channels: [channel][tap][lane], this filter's lane.
void store_tap(const BandRoots& sums, std::size_t lanes, std::size_t tap, std::span<float> out) {
    const auto put = [&](std::size_t channel, double value) {
        out[(channel * k_front_taps + tap) * lanes] = static_cast<float>(value / k_mel_bands);
    };
    for (std::size_t i = 0; i < k_complex_bins; ++i) {
        const double c = 2 * sums[i];
        const double d = 2 * sums[k_bins + i];
        put(3 * i, c);
        put(3 * i + 1, -(c + d));
        put(3 * i + 2, d - c);
    }
    for (std::size_t i = 0; i < k_real_bins; ++i) {
        put(3 * k_complex_bins + i, sums[k_complex_bins + i]);
    }
}

} // namespace

std::vector<float> band_transform() {
    const auto roots = make_roots();
    std::vector<float> matrix(k_mel_bands * k_spectrum_channels);
    for (std::size_t band = 0; band < k_mel_bands; ++band) {
        float* const row = matrix.data() + band * k_spectrum_channels;
        for (std::size_t i = 0; i < k_complex_bins; ++i) {
            const double a = roots[band][i];
            const double b = -roots[band][k_bins + i];
            row[3 * i] = static_cast<float>(a + b);
            row[3 * i + 1] = static_cast<float>(b);
            row[3 * i + 2] = static_cast<float>(a);
        }
        for (std::size_t i = 0; i < k_real_bins; ++i) {
            row[3 * k_complex_bins + i] = static_cast<float>(roots[band][k_complex_bins + i]);
        }
    }
    return matrix;
}

std::size_t front_weights_size(std::size_t lanes) noexcept {
    return round_up(k_front_filters, lanes) * k_spectrum_channels * k_front_taps;
}

void prepare_front(const Convolution& layer, std::size_t lanes, std::span<float> prepared) {
    const auto roots = make_roots();
    const std::size_t group_size = k_spectrum_channels * k_front_taps * lanes;
    for (std::size_t filter = 0; filter < layer.outputs; ++filter) {
        const double sign = maximum_sign(layer, filter);
        const auto out = prepared.subspan(filter / lanes * group_size + filter % lanes);
        for (std::size_t tap = 0; tap < k_front_taps; ++tap) {
            BandRoots sums{};
            for (std::size_t x = 0; x < layer.width; ++x) {
                const double weight = sign * static_cast<double>(layer.kernel[(tap * layer.width + x) * layer.outputs + filter]);
                for (std::size_t i = 0; i < sums.size(); ++i) {
                    sums[i] += weight * roots[x][i];
                }
            }
            store_tap(sums, lanes, tap, out);
        }
    }
}

std::size_t affine_size(std::size_t outputs, std::size_t lanes) noexcept { return 4 * round_up(outputs, lanes); }

void prepare_affine(const Convolution& layer, std::size_t first, std::size_t lanes, std::span<float> prepared) {
    for (std::size_t output = 0; output < layer.outputs; ++output) {
        const std::size_t filter = first + output;
        const auto out = prepared.subspan(filter / lanes * 4 * lanes + filter % lanes);
        out[0] = maximum_sign(layer, output);
        out[lanes] = layer.bias[output];
        out[2 * lanes] = layer.after.scale[output];
        out[3 * lanes] = layer.after.shift[output];
    }
}

} // namespace audiomuse::nn::detail
