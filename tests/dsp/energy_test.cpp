#include <dsp/energy.hpp>

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "signals.hpp"

namespace audiomuse::dsp {
namespace {

double energy_of(std::span<const float> pcm) {
    EnergyMeter meter;
    meter.push(pcm);
    return meter.finish();
}

/// The definition, frame by frame.
double energy_by_definition(std::span<const float> pcm) {
    double sum = 0.0;
    long frames = 0;
    for (long centre = 0; centre <= static_cast<long>(pcm.size()); centre += 512, ++frames) {
        double power = 0.0;
        for (long n = std::max(centre - 1024, 0L); n < std::min(centre + 1024, static_cast<long>(pcm.size())); ++n) {
            power += static_cast<double>(pcm[n]) * pcm[n] / 2048.0;
        }
        sum += power > 0.0 ? std::clamp((10.0 * std::log10(power) + 60.0) / 60.0, 0.0, 1.0) : 0.0;
    }
    return sum / static_cast<double>(frames);
}

TEST(Energy, OfAConstantSignal) {
    // Eleven frames: seven full ones, two with a quarter and two with half of padding.
    EXPECT_NEAR(energy_of(std::vector<float>(5120, 1.0F)), 0.987091856598, 1e-12);
    EXPECT_NEAR(energy_of(std::vector<float>(5120, -0.1F)), 0.653758523264, 1e-7);
}

TEST(Energy, IsZeroForSilenceAndBelowMinus60Db) {
    EXPECT_EQ(energy_of({}), 0.0);
    EXPECT_EQ(energy_of(std::vector<float>(100000)), 0.0);
    EXPECT_EQ(energy_of(std::vector<float>(100000, 0.0009F)), 0.0);
}

TEST(Energy, EndsAtOne) { EXPECT_LE(energy_of(std::vector<float>(100000, 50.0F)), 1.0); }

TEST(Energy, FollowsTheDefinitionForAnyLength) {
    for (const std::size_t length : {1U, 511U, 512U, 513U, 1024U, 2047U, 2048U, 10007U, 16384U}) {
        std::vector<float> pcm = test::noise(1.1, 0.3, 0.9, length);
        pcm.resize(length);
        EXPECT_NEAR(energy_of(pcm), energy_by_definition(pcm), 1e-12) << length << " samples";
    }
}

TEST(Energy, DoesNotDependOnTheBlocks) {
    const std::vector<float> pcm = test::noise(2.3, 0.3, 0.5, 4);
    const std::vector<std::size_t> blocks{1, 511, 0, 513, 4000};
    EnergyMeter meter;
    test::push_in_blocks(meter, pcm, blocks);
    EXPECT_EQ(meter.finish(), energy_of(pcm));
}

} // namespace
} // namespace audiomuse::dsp
