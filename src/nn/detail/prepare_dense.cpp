#include <vector>

#include <nn/detail/dense.hpp>
#include <nn/detail/gemm.hpp>
#include <nn/detail/sizes.hpp>

namespace audiomuse::nn::detail {
namespace {

/// Where an input of the hidden layer, maxima and means interleaved, is among the pooled values.
std::size_t pooled_row(std::size_t input) noexcept {
    const std::size_t channel = input / 2;
    const std::size_t column = channel < k_front_channels ? channel : channel - k_front_channels + k_mid_column;
    return input % 2 == 0 ? column : k_feature_stride + column;
}

template <class RowOf>
void fold(const Dense& layer, const BatchNorm& before, std::size_t rows, RowOf row_of, std::size_t lanes,
          std::span<float> prepared, std::span<float> bias) {
    std::vector<float> folded(rows * layer.outputs);
    std::vector<double> sums(layer.bias.begin(), layer.bias.end());
    for (std::size_t i = 0; i < layer.inputs; ++i) {
        const auto weights = layer.kernel.subspan(i * layer.outputs, layer.outputs);
        const auto out = std::span(folded).subspan(row_of(i) * layer.outputs, layer.outputs);
        for (std::size_t o = 0; o < layer.outputs; ++o) {
            out[o] = before.scale[i] * weights[o];
            sums[o] += static_cast<double>(before.shift[i]) * static_cast<double>(weights[o]);
        }
    }
    for (std::size_t o = 0; o < layer.outputs; ++o) {
        bias[o] = static_cast<float>(sums[o]);
    }
    prepare_gemm(folded, layer.outputs, lanes, prepared);
}

} // namespace

void prepare_hidden(const Dense& layer, const BatchNorm& before, std::size_t lanes, std::span<float> prepared,
                    std::span<float> bias) {
    fold(layer, before, k_pooled_stride, pooled_row, lanes, prepared, bias);
}

void prepare_output(const Dense& layer, const BatchNorm& before, std::size_t lanes, std::span<float> prepared,
                    std::span<float> bias) {
    fold(
        layer, before, layer.inputs, [](std::size_t input) { return input; }, lanes, prepared, bias);
}

} // namespace audiomuse::nn::detail
