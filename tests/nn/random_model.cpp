#include <nn/random_model.hpp>

#include <array>
#include <cmath>
#include <numeric>

#include <nn/musicnn_weights.hpp>

namespace audiomuse::nn::test {
namespace {

std::string layer_name(const char* layer, std::size_t number) {
    return number == 0 ? layer : std::string(layer) + "_" + std::to_string(number);
}

class Builder {
  public:
    explicit Builder(std::uint64_t seed) : m_random(seed) {}

    /// Values in scale * [-1, 1) + offset.
    void add(std::string name, std::vector<std::size_t> shape, float scale, float offset = 0) {
        const std::size_t count = std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
        auto values = m_random.take(count);
        for (float& value : values) {
            value = scale * value + offset;
        }
        tensors.push_back({std::move(name), std::move(shape), std::move(values)});
    }

    void kernel_and_bias(const std::string& layer, const std::vector<std::size_t>& shape) {
        const std::size_t outputs = shape.back();
        const std::size_t count = std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
        add(layer + "/kernel", shape, 2.0F / std::sqrt(static_cast<float>(count / outputs)));
        add(layer + "/bias", {outputs}, 0.3F);
    }

    void batch_norm(std::size_t number, std::size_t channels) {
        const std::string layer = layer_name("batch_normalization", number);
        add(layer + "/beta", {channels}, 0.5F);
        add(layer + "/gamma", {channels}, 0.8F);
        if (channels > 2) {
            tensors.back().values[1] = 0; // a channel that says nothing
        }
        add(layer + "/moving_mean", {channels}, 0.5F);
        add(layer + "/moving_variance", {channels}, 0.4F, 0.6F);
    }

    std::vector<OwnedTensor> tensors;

  private:
    RandomValues m_random;
};

} // namespace

std::vector<OwnedTensor> random_tensors(std::uint64_t seed) {
    Builder model(seed);
    const std::vector<std::vector<std::size_t>> kernels = {{7, 38, 1, 204}, {7, 67, 1, 204}, {128, 1, 1, 51}, {64, 1, 1, 51},
                                                           {32, 1, 1, 51},  {7, 561, 1, 64}, {7, 64, 1, 64},  {7, 64, 1, 64}};
    model.batch_norm(0, 1);
    for (std::size_t i = 0; i < kernels.size(); ++i) {
        model.kernel_and_bias(layer_name("conv2d", i), kernels[i]);
        model.batch_norm(i + 1, kernels[i].back());
    }
    model.batch_norm(9, k_pooled_values);
    model.kernel_and_bias("dense", {k_pooled_values, k_output_embedding});
    model.batch_norm(10, k_output_embedding);
    model.kernel_and_bias("dense_1", {k_output_embedding, k_output_tags});
    return std::move(model.tensors);
}

std::vector<std::byte> weight_file_of(const std::vector<OwnedTensor>& tensors) {
    std::vector<NewTensor> views;
    for (const OwnedTensor& tensor : tensors) {
        views.push_back({tensor.name, tensor.shape, tensor.values});
    }
    return encode_weight_file("random", views);
}

std::vector<float> random_patches(std::size_t n, std::uint64_t seed) {
    RandomValues random(seed);
    auto patches = random.take(n * k_patch_values);
    for (std::size_t i = 0; i < patches.size(); ++i) {
        const std::size_t frame = i / k_mel_bands % k_patch_frames;
        patches[i] = frame >= 100 && frame < 110 ? 0.0F : 2.0F + 2.0F * patches[i];
    }
    return patches;
}

} // namespace audiomuse::nn::test
