#include <dsp/detail/onset_envelope.hpp>
#include <dsp/detail/onset_strength.hpp>

#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include <support/compare.hpp>

#include "signals.hpp"

namespace audiomuse::dsp::detail {
namespace {

std::vector<OnsetStrength> onsets_of(std::span<const float> pcm) {
    std::vector<OnsetStrength> onsets;
    OnsetDetector detector;
    detector.push(pcm, [&](OnsetStrength onset) { onsets.push_back(onset); });
    return onsets;
}

std::vector<float> full_of(std::span<const float> pcm) {
    std::vector<float> values;
    for (const OnsetStrength& onset : onsets_of(pcm)) {
        values.push_back(onset.full);
    }
    return values;
}

TEST(OnsetDetector, HearsAToneBegin) {
    std::vector<float> pcm(16000);
    const std::vector<float> tone = dsp::test::sine(2000.0, 0.5, 0.5);
    std::ranges::copy(tone, pcm.begin() + 8000);
    const std::vector<OnsetStrength> onsets = onsets_of(pcm);
    ASSERT_EQ(onsets.size(), (16000U - 768U) / 192U + 1U);
    const auto strongest = std::ranges::max_element(onsets, {}, &OnsetStrength::full) - onsets.begin();
    // The first frames that reach sample 8,000 begin at 7,296 (frame 38) and later.
    EXPECT_GE(strongest, 38);
    EXPECT_LE(strongest, 41);
    for (std::size_t frame = 0; frame < 38; ++frame) {
        EXPECT_EQ(onsets[frame].full, 0.0F) << frame;
    }
}

/// The share of the low onsets when a tone begins.
float low_share(double hz) {
    std::vector<float> pcm(16000);
    std::ranges::copy(dsp::test::sine(hz, 0.5, 0.5), pcm.begin() + 8000);
    OnsetStrength sum;
    for (const OnsetStrength& onset : onsets_of(pcm)) {
        EXPECT_LE(onset.low, onset.full);
        sum.full += onset.full;
        sum.low += onset.low;
    }
    return sum.low / sum.full;
}

TEST(OnsetDetector, TellsLowOnsetsFromHighOnes) {
    EXPECT_GT(low_share(100.0), 0.35F);
    EXPECT_LT(low_share(4000.0), 0.25F);
}

TEST(OnsetDetector, DoesNotDependOnTheVolume) {
    std::vector<float> pcm = dsp::test::clicks(100.0, 3.0, 0.8);
    dsp::test::add(pcm, dsp::test::sine(800.0, 0.3, 0.5));
    dsp::test::add(pcm, dsp::test::noise(3.0, 0.01, 0.0, 3));
    std::vector<float> quiet = pcm;
    std::ranges::for_each(quiet, [](float& sample) { sample *= 0x1p-5F; });
    // Loud from the first frame on, so that the reference of both is far above the floor.
    EXPECT_TRUE(audiomuse::test::all_close(full_of(quiet), full_of(pcm), {.absolute = 0.1}));
}

TEST(OnsetDetector, AnOffsetIsNoOnset) {
    std::vector<float> pcm = dsp::test::clicks(100.0, 3.0, 0.5);
    const std::vector<float> expected = full_of(pcm);
    std::ranges::for_each(pcm, [](float& sample) { sample += 0.3F; });
    EXPECT_TRUE(audiomuse::test::all_close(full_of(pcm), expected, {.absolute = 0.05}));
}

TEST(OnsetEnvelope, KeepsOneValueForEachOnset) {
    for (const int count : {0, 1, 2, 3, 41, 42, 83, 84, 500}) {
        OnsetEnvelope envelope(10);
        for (int i = 0; i < count; ++i) {
            envelope.push(static_cast<float>(1 + i % 7));
        }
        const auto periodicity = envelope.finish();
        EXPECT_EQ(periodicity.frames, count);
        ASSERT_EQ(periodicity.autocorrelation.size(), 11U);
    }
}

TEST(OnsetEnvelope, PeaksAtThePeriodOfItsOnsets) {
    OnsetEnvelope envelope(60);
    for (int i = 0; i < 3000; ++i) {
        envelope.push(i % 25 == 0 ? 1.0F : 0.0F);
    }
    const auto periodicity = envelope.finish();
    const std::vector<double>& r = periodicity.autocorrelation;
    EXPECT_NEAR(r[0], 1.0, 1e-6);
    EXPECT_NEAR(r[25], 1.0, 1e-3);
    EXPECT_NEAR(r[50], 1.0, 1e-3);
    EXPECT_NEAR(r[12], 0.0, 1e-6);
    // One onset is smoothed to 1/12, 3/12, 4/12, 3/12 and 1/12; the mean around it, 3 or 4 onsets in 83 frames, is taken off.
    EXPECT_NEAR(periodicity.strength * 25.0, 1.0 - 5.0 / 25.0, 0.03);
    EXPECT_EQ(periodicity.frames, 2976.0) << "the 24 zeros at the end are silence";
}

TEST(OnsetEnvelope, PassesOverSilenceAtBothEnds) {
    OnsetEnvelope plain(60);
    OnsetEnvelope padded(60);
    const auto push_zeros = [&](int count) {
        for (int i = 0; i < count; ++i) {
            padded.push(0.0F);
        }
    };
    push_zeros(5000);
    for (int i = 0; i < 3001; ++i) {
        const float onset = i % 25 == 0 ? 1.0F : 0.0F;
        plain.push(onset);
        padded.push(onset);
    }
    push_zeros(20000);
    const auto expected = plain.finish();
    const auto periodicity = padded.finish();
    EXPECT_EQ(periodicity.autocorrelation, expected.autocorrelation);
    EXPECT_EQ(periodicity.strength, expected.strength);
    EXPECT_EQ(periodicity.frames, 3001.0);
}

TEST(OnsetEnvelope, CountsStretchesByTheirLength) {
    OnsetEnvelope envelope(60);
    for (int i = 0; i < 5000; ++i) {
        envelope.push(i % 25 == 0 ? 10.0F : 0.0F);
    }
    for (int i = 0; i < 2500; ++i) {
        envelope.push(i % 31 == 0 ? 100.0F : 0.0F);
    }
    const std::vector<double> r = envelope.finish().autocorrelation;
    EXPECT_NEAR(r[25], 2.0 / 3.0, 0.08);
    EXPECT_NEAR(r[31], 1.0 / 3.0, 0.08);
}

TEST(OnsetEnvelope, IsZeroForSilenceAndForASteadyStrength) {
    for (const float strength : {0.0F, 2.0F}) {
        OnsetEnvelope envelope(20);
        for (int i = 0; i < 1000; ++i) {
            envelope.push(strength);
        }
        EXPECT_LT(envelope.finish().strength, 0.1); // what the fall at the end leaves
    }
}

} // namespace
} // namespace audiomuse::dsp::detail
