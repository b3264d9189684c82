#include <nn/musicnn_weights.hpp>

#include <algorithm>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include <nn/random_model.hpp>

namespace audiomuse::nn {
namespace {

/// The message that refuses a random model after one of its tensors was changed.
std::string refusal(const std::string& name, const std::function<void(test::OwnedTensor&)>& change) {
    auto tensors = test::random_tensors(1);
    change(*std::ranges::find(tensors, name, &test::OwnedTensor::name));
    const auto bytes = test::weight_file_of(tensors);
    const auto file = WeightFile::parse(bytes).value();
    const auto weights = MusicnnWeights::from(file);
    return weights ? "taken" : weights.error().message;
}

TEST(MusicnnWeights, FoldsBatchNormalisationInDouble) {
    auto tensors = test::random_tensors(1);
    const auto set = [&](const char* name, float value) {
        std::ranges::find(tensors, std::string("batch_normalization/") + name, &test::OwnedTensor::name)->values = {value};
    };
    set("gamma", 3);
    set("beta", 0.5F);
    set("moving_mean", 2);
    set("moving_variance", 0.249F);
    const auto bytes = test::weight_file_of(tensors);
    const auto file = WeightFile::parse(bytes).value();
    const auto weights = MusicnnWeights::from(file).value();
    EXPECT_FLOAT_EQ(weights.input.scale[0], 6.0F);
    EXPECT_FLOAT_EQ(weights.input.shift[0], -11.5F);
    EXPECT_EQ(weights.front[1].width, 67U);
    EXPECT_EQ(weights.mid[0].kernel.size(), 7U * 561U * 64U);
}

TEST(MusicnnWeights, RefusesWhatIsNoMusicnnWithAReason) {
    EXPECT_EQ(refusal("dense/bias", [](auto&) {}), "taken");
    EXPECT_EQ(refusal("dense/bias", [](auto& tensor) { tensor.name = "other"; }),
              "The weight file of random has no tensor dense/bias.");
    EXPECT_EQ(refusal("conv2d_3/kernel",
                      [](auto& tensor) {
                          tensor.shape = {51, 1, 1, 64};
                      }),
              "Tensor conv2d_3/kernel has the shape 51x1x1x64 instead of 64x1x1x51.");
    const std::string no_weight = "Tensor conv2d/kernel holds a value that no weight can have.";
    for (const float value : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity(), 2e6F}) {
        EXPECT_EQ(refusal("conv2d/kernel", [value](auto& tensor) { tensor.values[1000] = value; }), no_weight);
    }
    EXPECT_EQ(refusal("batch_normalization_9/moving_variance", [](auto& tensor) { tensor.values[7] = -0.1F; }),
              "Tensor batch_normalization_9/moving_variance holds a negative value.");
}

} // namespace
} // namespace audiomuse::nn
