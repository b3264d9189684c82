#include <nn/reference_network.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace audiomuse::nn {
namespace {

std::span<const float> row(std::span<const float> kernel, std::size_t index, std::size_t width) {
    return kernel.subspan(index * width, width);
}

/// One output position of a convolution over time: sums[o] = sum over dt and x of kernel[dt][x][o] * input[t + dt - before][first
/// + x].
void convolve_at(const Convolution& layer, std::span<const float> input, std::size_t input_width, std::size_t t,
                 std::size_t first, std::span<float> sums) {
    std::ranges::fill(sums, 0.0F);
    const std::size_t before = (layer.height - 1) / 2;
    for (std::size_t dt = 0; dt < layer.height; ++dt) {
        if (t + dt < before || t + dt - before >= k_patch_frames) {
            continue; // zero padding
        }
        const auto frame = input.subspan((t + dt - before) * input_width + first, layer.width);
        for (std::size_t x = 0; x < layer.width; ++x) {
            const float value = frame[x];
            const auto weights = row(layer.kernel, dt * layer.width + x, layer.outputs);
            for (std::size_t o = 0; o < layer.outputs; ++o) {
                sums[o] += value * weights[o];
            }
        }
    }
}

float activate(const Convolution& layer, std::size_t output, float sum) {
    return layer.after.scale[output] * std::max(0.0F, sum + layer.bias[output]) + layer.after.shift[output];
}

/// Convolution, ReLU, batch normalisation, maximum over the bands, into columns first_channel ... of the front's output.
void run_front(const Convolution& layer, std::span<const float> input, std::size_t first_channel, std::span<float> front) {
    std::vector<float> sums(layer.outputs);
    for (std::size_t t = 0; t < k_patch_frames; ++t) {
        const auto out = front.subspan(t * k_front_channels + first_channel, layer.outputs);
        for (std::size_t band = 0; band + layer.width <= k_mel_bands; ++band) {
            convolve_at(layer, input, k_mel_bands, t, band, sums);
            for (std::size_t o = 0; o < layer.outputs; ++o) {
                const float value = activate(layer, o, sums[o]);
                out[o] = band == 0 ? value : std::max(out[o], value);
            }
        }
    }
}

std::vector<float> run_mid(const Convolution& layer, std::span<const float> input) {
    std::vector<float> out(k_patch_frames * layer.outputs);
    for (std::size_t t = 0; t < k_patch_frames; ++t) {
        const auto sums = std::span(out).subspan(t * layer.outputs, layer.outputs);
        convolve_at(layer, input, layer.width, t, 0, sums);
        for (std::size_t o = 0; o < layer.outputs; ++o) {
            sums[o] = activate(layer, o, sums[o]);
        }
    }
    return out;
}

void add_to(std::vector<float>& values, const std::vector<float>& more) {
    std::ranges::transform(values, more, values.begin(), [](float a, float b) { return a + b; });
}

/// Maximum and mean over time of each of `channels` columns, interleaved, appended to pooled.
void pool(std::span<const float> columns, std::size_t channels, std::vector<float>& pooled) {
    for (std::size_t c = 0; c < channels; ++c) {
        float largest = columns[c];
        double sum = 0;
        for (std::size_t t = 0; t < k_patch_frames; ++t) {
            largest = std::max(largest, columns[t * channels + c]);
            sum += static_cast<double>(columns[t * channels + c]);
        }
        pooled.push_back(largest);
        pooled.push_back(static_cast<float>(sum / k_patch_frames));
    }
}

void run_dense(const Dense& layer, std::span<const float> input, std::span<float> out) {
    std::ranges::copy(layer.bias, out.begin());
    for (std::size_t i = 0; i < layer.inputs; ++i) {
        const auto weights = row(layer.kernel, i, layer.outputs);
        for (std::size_t o = 0; o < layer.outputs; ++o) {
            out[o] += input[i] * weights[o];
        }
    }
}

} // namespace

ReferenceLayers run_reference(const MusicnnWeights& weights, std::span<const float, k_patch_values> patch) {
    ReferenceLayers layers;
    layers.normalised.resize(k_patch_values);
    std::ranges::transform(patch, layers.normalised.begin(),
                           [&](float value) { return weights.input.scale[0] * value + weights.input.shift[0]; });

    layers.front.resize(k_patch_frames * k_front_channels);
    std::size_t channel = 0;
    for (const Convolution& layer : weights.front) {
        run_front(layer, layers.normalised, channel, layers.front);
        channel += layer.outputs;
    }

    layers.mid[0] = run_mid(weights.mid[0], layers.front);
    layers.mid[1] = run_mid(weights.mid[1], layers.mid[0]);
    add_to(layers.mid[1], layers.mid[0]);
    layers.mid[2] = run_mid(weights.mid[2], layers.mid[1]);
    add_to(layers.mid[2], layers.mid[1]);

    pool(layers.front, k_front_channels, layers.pooled);
    for (const auto& columns : layers.mid) {
        pool(columns, k_mid_channels, layers.pooled);
    }

    std::vector<float> normalised(k_pooled_values);
    for (std::size_t i = 0; i < k_pooled_values; ++i) {
        normalised[i] = weights.pooled.scale[i] * layers.pooled[i] + weights.pooled.shift[i];
    }
    run_dense(weights.hidden, normalised, layers.embedding);

    std::array<float, k_output_embedding> hidden{};
    for (std::size_t i = 0; i < hidden.size(); ++i) {
        hidden[i] = weights.hidden_after.scale[i] * std::max(0.0F, layers.embedding[i]) + weights.hidden_after.shift[i];
    }
    run_dense(weights.output, hidden, layers.tags);
    for (float& tag : layers.tags) {
        tag = 1.0F / (1.0F + std::exp(-tag));
    }
    return layers;
}

} // namespace audiomuse::nn
