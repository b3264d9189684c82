#include <algorithm>
#include <array>
#include <vector>

#include <nn/detail/gemm.hpp>
#include <nn/detail/mid.hpp>
#include <nn/detail/roots.hpp>

namespace audiomuse::nn::detail {
namespace {

/// By what each product multiplies the weight of each tap: c, -(c + d) and d - c of a complex bin, c of a real one.
std::array<std::array<float, k_mid_taps>, k_mid_products> tap_factors() {
    std::array<std::array<float, k_mid_taps>, k_mid_products> factors{};
    for (std::size_t tap = 0; tap < k_mid_taps; ++tap) {
        for (std::size_t i = 0; i < k_mid_complex_bins; ++i) {
            const double c = cosine_of_turn((i + 1) * tap, k_mid_length) / k_mid_length;
            const double d = sine_of_turn((i + 1) * tap, k_mid_length) / k_mid_length;
            factors[3 * i][tap] = static_cast<float>(c);
            factors[3 * i + 1][tap] = static_cast<float>(-(c + d));
            factors[3 * i + 2][tap] = static_cast<float>(d - c);
        }
        factors[k_mid_products - 2][tap] = 1.0F / k_mid_length;
        factors[k_mid_products - 1][tap] = (tap % 2 == 0 ? 1.0F : -1.0F) / k_mid_length;
    }
    return factors;
}

} // namespace

std::size_t mid_product_weights_size(std::size_t channels, std::size_t lanes) noexcept {
    return gemm_weights_size(channels, k_mid_channels, lanes);
}

void prepare_mid(const Convolution& layer, std::size_t lanes, std::span<float> prepared) {
    const auto factors = tap_factors();
    const std::size_t size = mid_product_weights_size(layer.width, lanes);
    const std::size_t count = layer.width * layer.outputs;
    std::vector<float> spectrum(count);
    for (std::size_t product = 0; product < k_mid_products; ++product) {
        std::ranges::fill(spectrum, 0.0F);
        for (std::size_t tap = 0; tap < k_mid_taps; ++tap) {
            const float factor = factors[product][tap];
            const float* const kernel = layer.kernel.data() + tap * count;
            for (std::size_t i = 0; i < count; ++i) {
                spectrum[i] += factor * kernel[i];
            }
        }
        prepare_gemm(spectrum, layer.outputs, lanes, prepared.subspan(product * size, size));
    }
}

void prepare_mid_affine(const Convolution& layer, std::span<float> prepared) {
    std::ranges::copy(layer.bias, prepared.begin());
    std::ranges::copy(layer.after.scale, prepared.begin() + k_mid_channels);
    std::ranges::copy(layer.after.shift, prepared.begin() + 2 * k_mid_channels);
}

} // namespace audiomuse::nn::detail
