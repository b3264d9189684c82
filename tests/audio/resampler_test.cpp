#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include <audio/decode.hpp>
#include <audio/detail/resampler.hpp>

namespace audiomuse::audio::detail {
namespace {

using test::fit_sine;
using test::inner;

std::vector<float> resample(int rate_hz, double frequency_hz, double seconds, std::size_t block) {
    std::vector<float> input(static_cast<std::size_t>(std::llround(seconds * rate_hz)));
    for (std::size_t i = 0; i < input.size(); ++i) {
        input[i] = 0.5F * static_cast<float>(std::sin(2 * std::numbers::pi * frequency_hz * static_cast<double>(i) / rate_hz));
    }
    auto resampler = Resampler::create(rate_hz);
    EXPECT_TRUE(resampler);
    std::vector<float> output;
    const auto append = [&](std::optional<std::span<const float>> pcm) {
        ASSERT_TRUE(pcm);
        output.insert(output.end(), pcm->begin(), pcm->end());
    };
    for (std::size_t done = 0; done < input.size(); done += block) {
        append(resampler->push(std::span(input).subspan(done, std::min(block, input.size() - done))));
    }
    append(resampler->finish());
    return output;
}

class ResamplerRateTest : public testing::TestWithParam<int> {};

TEST_P(ResamplerRateTest, keeps_a_tone_and_the_length) {
    const auto output = resample(GetParam(), 997, 1.5, 4'096);
    EXPECT_NEAR(static_cast<double>(output.size()), 24'000, 1);
    const auto fit = fit_sine(inner(output), 997);
    EXPECT_NEAR(fit.amplitude, 0.5, 1e-4);
    EXPECT_LT(fit.residual, 1e-5); // 91 dB below the tone
}

INSTANTIATE_TEST_SUITE_P(AllRates, ResamplerRateTest,
                         testing::Values(8'000, 11'025, 12'000, 16'000, 22'050, 24'000, 32'000, 44'056, 44'100, 47'999, 48'000,
                                         88'200, 96'000, 176'400, 192'000, 352'800));

TEST(ResamplerTest, removes_what_would_fold_back) {
    EXPECT_LT(test::rms(inner(resample(44'100, 8'050, 1, 4'096))), 1e-5);
    EXPECT_LT(test::rms(inner(resample(48'000, 9'000, 1, 4'096))), 1e-5);
    EXPECT_LT(test::rms(inner(resample(192'000, 60'000, 1, 4'096))), 1e-5);
}

TEST(ResamplerTest, passes_the_band_that_soxr_vhq_passes) {
    EXPECT_NEAR(fit_sine(inner(resample(44'100, 7'200, 1, 4'096)), 7'200).amplitude, 0.5, 0.005);
}

TEST(ResamplerTest, block_size_makes_no_difference) {
    const auto whole = resample(44'100, 440, 1, 44'100);
    const auto pieces = resample(44'100, 440, 1, 101);
    ASSERT_EQ(whole.size(), pieces.size());
    for (std::size_t i = 0; i < whole.size(); ++i) {
        ASSERT_NEAR(whole[i], pieces[i], 1e-6) << i;
    }
}

TEST(ResamplerTest, refuses_rates_that_are_no_music) {
    EXPECT_FALSE(Resampler::create(0));
    EXPECT_FALSE(Resampler::create(-44'100));
    EXPECT_FALSE(Resampler::create(999));
    EXPECT_FALSE(Resampler::create(2'000'000'000));
    EXPECT_TRUE(Resampler::create(2'822'400));
}

TEST(ResamplerTest, tiny_and_empty_inputs) {
    auto resampler = Resampler::create(44'100);
    ASSERT_TRUE(resampler);
    const auto nothing = resampler->finish();
    ASSERT_TRUE(nothing);
    EXPECT_EQ(nothing->size(), 0);
    EXPECT_NEAR(static_cast<double>(resample(44'100, 440, 0.001, 7).size()), 16, 1);
}

} // namespace
} // namespace audiomuse::audio::detail
