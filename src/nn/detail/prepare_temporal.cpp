#include <array>

#include <nn/detail/front.hpp>
#include <nn/detail/roots.hpp>
#include <nn/detail/temporal.hpp>

namespace audiomuse::nn::detail {

const std::array<float, 2 * k_temporal_length>& temporal_roots() noexcept {
    static constexpr auto k_roots = [] {
        std::array<float, 2 * k_temporal_length> roots{};
        for (std::size_t j = 0; j < 16; ++j) {
            for (std::size_t r = 0; r < 16; ++r) {
                roots[(j * 16 + r) * 2] = static_cast<float>(cosine_of_turn(j * r, k_temporal_length));
                roots[(j * 16 + r) * 2 + 1] = static_cast<float>(sine_of_turn(j * r, k_temporal_length));
            }
        }
        return roots;
    }();
    return k_roots;
}

std::size_t temporal_weights_size(std::size_t lanes) noexcept {
    return round_up(k_temporal_filters, lanes) * k_temporal_bins * 2;
}

void prepare_temporal(const Convolution& layer, std::size_t first, std::size_t lanes, std::span<float> prepared) {
    std::array<double, k_temporal_length> cosines{};
    for (std::size_t k = 0; k < k_temporal_length; ++k) {
        cosines[k] = cosine_of_turn(k, k_temporal_length);
    }
    const std::size_t before = (layer.height - 1) / 2;
    const std::size_t group_size = k_temporal_bins * 2 * lanes;
    for (std::size_t output = 0; output < layer.outputs; ++output) {
        const std::size_t filter = first + output;
        const auto out = prepared.subspan(filter / lanes * group_size + filter % lanes);
        const double factor = static_cast<double>(maximum_sign(layer, output)) / k_temporal_length;
        for (std::size_t bin = 0; bin < k_temporal_bins; ++bin) {
            double re = 0;
            double im = 0;
            for (std::size_t j = 0; j < layer.height; ++j) {
                const std::size_t turn = bin * (j + k_temporal_length - before) % k_temporal_length;
                const double weight = static_cast<double>(layer.kernel[j * layer.outputs + output]);
                re += weight * cosines[turn];
                im += weight * cosines[(turn + k_temporal_length * 3 / 4) % k_temporal_length];
            }
            out[bin * 2 * lanes] = static_cast<float>(factor * re);
            out[(bin * 2 + 1) * lanes] = static_cast<float>(factor * im);
        }
    }
}

} // namespace audiomuse::nn::detail
