#include <array>
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <audio/detail/downmix.hpp>

namespace audiomuse::audio::detail {
namespace {

using testing::ElementsAre;
using testing::FloatNear;

std::vector<float> weights_of(std::uint64_t mask) {
    AVChannelLayout layout{};
    EXPECT_EQ(av_channel_layout_from_mask(&layout, mask), 0);
    return downmix_weights(layout);
}

auto near(double value) { return FloatNear(static_cast<float>(value), 1e-5F); }

TEST(DownmixTest, weights_of_common_layouts) {
    EXPECT_THAT(weights_of(AV_CH_LAYOUT_MONO), ElementsAre(near(1)));
    EXPECT_THAT(weights_of(AV_CH_LAYOUT_STEREO), ElementsAre(near(0.5), near(0.5)));
    EXPECT_THAT(weights_of(AV_CH_LAYOUT_2POINT1), ElementsAre(near(0.5), near(0.5), near(0)));
    // FL FR FC LFE SL SR: 0.7071, 0.7071, 1, 0, 0.5, 0.5 over their sum 3.41421
    const auto front = near(0.207107);
    const auto surround = near(0.146447);
    EXPECT_THAT(weights_of(AV_CH_LAYOUT_5POINT1), ElementsAre(front, front, near(0.292893), near(0), surround, surround));
    EXPECT_THAT(weights_of(AV_CH_LAYOUT_5POINT1_BACK), ElementsAre(front, front, near(0.292893), near(0), surround, surround));
    // FL FR FC LFE BL BR SL SR: the sum is 4.41421
    const auto front7 = near(0.160189);
    const auto surround7 = near(0.113271);
    EXPECT_THAT(weights_of(AV_CH_LAYOUT_7POINT1),
                ElementsAre(front7, front7, near(0.226541), near(0), surround7, surround7, surround7, surround7));
}

TEST(DownmixTest, weights_of_unknown_places_are_equal) {
    AVChannelLayout layout{};
    layout.order = AV_CHANNEL_ORDER_UNSPEC;
    layout.nb_channels = 2;
    EXPECT_THAT(downmix_weights(layout), ElementsAre(near(0.5), near(0.5)));
    layout.nb_channels = 10;
    EXPECT_THAT(downmix_weights(layout), testing::Each(near(0.1)));
    EXPECT_THAT(weights_of(AV_CH_LOW_FREQUENCY), ElementsAre(near(1)));
}

TEST(DownmixTest, of_ambisonics_the_first_component_is_taken) {
    AVChannelLayout layout{};
    layout.order = AV_CHANNEL_ORDER_AMBISONIC;
    layout.nb_channels = 4;
    EXPECT_THAT(downmix_weights(layout), ElementsAre(1, 0, 0, 0));
}

template <class Sample>
std::vector<float> mix_stereo(AVSampleFormat format, std::vector<Sample> interleaved, std::size_t offset = 0) {
    const auto* plane = reinterpret_cast<const std::uint8_t*>(interleaved.data());
    const std::array weights{0.25F, 0.75F};
    std::vector<float> mono(interleaved.size() / 2 - offset, 99);
    EXPECT_TRUE(downmix({format, &plane, offset}, weights, mono));
    return mono;
}

TEST(DownmixTest, scales_every_integer_format) {
    EXPECT_THAT(mix_stereo<std::uint8_t>(AV_SAMPLE_FMT_U8, {0, 0, 128, 128, 128, 192}), ElementsAre(-1, 0, 0.375F));
    EXPECT_THAT(mix_stereo<std::int16_t>(AV_SAMPLE_FMT_S16, {-32'768, -32'768, 16'384, 0}), ElementsAre(-1, 0.125F));
    EXPECT_THAT(mix_stereo<std::int32_t>(AV_SAMPLE_FMT_S32, {std::numeric_limits<int>::min(), 0, 1 << 30, 1 << 30}),
                ElementsAre(-0.25F, 0.5F));
    EXPECT_THAT(mix_stereo<std::int64_t>(AV_SAMPLE_FMT_S64, {std::numeric_limits<std::int64_t>::min(), 0}), ElementsAre(-0.25F));
    EXPECT_THAT(mix_stereo<std::int16_t>(AV_SAMPLE_FMT_S16, {1, 1, -32'768, -32'768}, 1), ElementsAre(-1));
}

TEST(DownmixTest, repairs_what_is_no_number) {
    constexpr float k_inf = std::numeric_limits<float>::infinity();
    constexpr float k_nan = std::numeric_limits<float>::quiet_NaN();
    constexpr float k_denormal = std::numeric_limits<float>::denorm_min();
    EXPECT_THAT(mix_stereo<float>(AV_SAMPLE_FMT_FLT, {k_nan, 1, k_inf, 1, -k_inf, 0, k_denormal, 0, 1e30F, -1e30F}),
                ElementsAre(0.75F, 0.75F, 0, 0, -4));
    EXPECT_THAT(mix_stereo<double>(AV_SAMPLE_FMT_DBL, {std::nan(""), 1, 1e300, 0, 1e-300, 0, 0.5, 0.5}),
                ElementsAre(0.75F, 0, 0, 0.5F));
}

TEST(DownmixTest, repairs_each_sample_of_long_blocks) {
    constexpr float k_nan = std::numeric_limits<float>::quiet_NaN();
    for (const std::size_t channels : {1, 2, 3}) {
        std::vector<float> interleaved(channels * 37, 0.25F);
        for (std::size_t i = 0; i < 37; i += 5) {
            interleaved[i * channels + channels - 1] = i % 2 == 0 ? k_nan : -9;
        }
        const auto* plane = reinterpret_cast<const std::uint8_t*>(interleaved.data());
        const std::vector<float> weights(channels, 1.0F);
        std::vector<float> mono(37);
        ASSERT_TRUE(downmix({AV_SAMPLE_FMT_FLT, &plane, 0}, weights, mono));
        const float others = 0.25F * static_cast<float>(channels - 1);
        for (std::size_t i = 0; i < 37; ++i) {
            ASSERT_EQ(mono[i], others + (i % 5 != 0 ? 0.25F : i % 2 == 0 ? 0.0F : -8.0F)) << channels << " " << i;
        }
    }
}

TEST(DownmixTest, reads_planes) {
    const std::array<float, 3> left{1, 2, 3};
    const std::array<float, 3> right{0, -2, 1};
    const std::array planes{reinterpret_cast<const std::uint8_t*>(left.data()),
                            reinterpret_cast<const std::uint8_t*>(right.data())};
    const std::array weights{0.5F, 0.5F};
    std::array<float, 2> mono{};
    EXPECT_TRUE(downmix({AV_SAMPLE_FMT_FLTP, planes.data(), 1}, weights, mono));
    EXPECT_THAT(mono, ElementsAre(0, 2));
}

TEST(DownmixTest, refuses_an_unknown_format) {
    std::array<float, 1> mono{};
    EXPECT_FALSE(downmix({}, {}, mono));
}

} // namespace
} // namespace audiomuse::audio::detail
