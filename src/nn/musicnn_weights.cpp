#include <nn/musicnn_weights.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace audiomuse::nn {
namespace {

constexpr double k_epsilon = 1e-3;
/// Far above any trained weight, and far below what could overflow a float in the sums of the network.
constexpr float k_largest_weight = 1e6F;

/// Takes tensors out of a file and remembers the first error, so that the list of layers reads as a list.
class Taker {
  public:
    explicit Taker(const WeightFile& file) : m_file(file) {}

    std::span<const float> tensor(const std::string& name, std::initializer_list<std::size_t> shape) {
        auto values = m_file.find(name, {shape.begin(), shape.size()});
        if (!values) {
            report(std::move(values).error());
            return {};
        }
        // Written so that NaN is refused as well.
        if (!std::ranges::all_of(*values, [](float value) { return std::abs(value) <= k_largest_weight; })) {
            report({ErrorCode::damaged, fmt::format("Tensor {} holds a value that no weight can have.", name)});
            return {};
        }
        return *values;
    }

    BatchNorm batch_norm(int number, std::size_t channels) {
        const std::string layer = number == 0 ? "batch_normalization" : fmt::format("batch_normalization_{}", number);
        const auto beta = tensor(layer + "/beta", {channels});
        const auto gamma = tensor(layer + "/gamma", {channels});
        const auto mean = tensor(layer + "/moving_mean", {channels});
        const auto variance = tensor(layer + "/moving_variance", {channels});
        if (m_error) {
            return {};
        }
        if (std::ranges::any_of(variance, [](float value) { return value < 0; })) {
            report({ErrorCode::damaged, fmt::format("Tensor {}/moving_variance holds a negative value.", layer)});
            return {};
        }
        BatchNorm norm{std::vector<float>(channels), std::vector<float>(channels)};
        for (std::size_t c = 0; c < channels; ++c) {
            const double scale = static_cast<double>(gamma[c]) / std::sqrt(static_cast<double>(variance[c]) + k_epsilon);
            norm.scale[c] = static_cast<float>(scale);
            norm.shift[c] = static_cast<float>(static_cast<double>(beta[c]) - static_cast<double>(mean[c]) * scale);
        }
        return norm;
    }

    Convolution convolution(int number, std::size_t height, std::size_t width, std::size_t outputs) {
        const std::string layer = number == 0 ? "conv2d" : fmt::format("conv2d_{}", number);
        return {.height = height,
                .width = width,
                .outputs = outputs,
                .kernel = tensor(layer + "/kernel", {height, width, 1, outputs}),
                .bias = tensor(layer + "/bias", {outputs}),
                .after = batch_norm(number + 1, outputs)};
    }

    Dense dense(const std::string& layer, std::size_t inputs, std::size_t outputs) {
        return {.inputs = inputs,
                .outputs = outputs,
                .kernel = tensor(layer + "/kernel", {inputs, outputs}),
                .bias = tensor(layer + "/bias", {outputs})};
    }

    [[nodiscard]] std::optional<Error>& error() { return m_error; }

  private:
    void report(Error error) {
        if (!m_error) {
            m_error = std::move(error);
        }
    }

    const WeightFile& m_file;
    std::optional<Error> m_error;
};

} // namespace

Result<MusicnnWeights> MusicnnWeights::from(const WeightFile& file) {
    Taker take(file);
    MusicnnWeights weights{
        .input = take.batch_norm(0, 1),
        .front = {take.convolution(0, 7, 38, 204), take.convolution(1, 7, 67, 204), take.convolution(2, 128, 1, 51),
                  take.convolution(3, 64, 1, 51), take.convolution(4, 32, 1, 51)},
        .mid = {take.convolution(5, 7, k_front_channels, k_mid_channels), take.convolution(6, 7, k_mid_channels, k_mid_channels),
                take.convolution(7, 7, k_mid_channels, k_mid_channels)},
        .pooled = take.batch_norm(9, k_pooled_values),
        .hidden = take.dense("dense", k_pooled_values, k_output_embedding),
        .hidden_after = take.batch_norm(10, k_output_embedding),
        .output = take.dense("dense_1", k_output_embedding, k_output_tags),
    };
    if (take.error()) {
        return tl::unexpected<Error>(std::move(*take.error()));
    }
    return weights;
}

} // namespace audiomuse::nn
