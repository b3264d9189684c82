#include <dsp/key.hpp>

#include <array>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "signals.hpp"

namespace audiomuse::dsp {
namespace {

std::optional<KeyEstimate> key_of(std::span<const float> pcm) {
    KeyEstimator estimator;
    estimator.push(pcm);
    return estimator.finish();
}

/// I, IV, V, I (in minor: i, iv, V, i) above their roots in the bass, one second each.
std::vector<float> cadence(int tonic, Mode mode, double tuning_cents) {
    struct Chord {
        int root;
        int third;
    };
    const int third = mode == Mode::major ? 4 : 3;
    const std::array<Chord, 4> chords{{{0, third}, {5, third}, {7, 4}, {0, third}}};
    std::vector<float> pcm;
    for (const Chord& chord : chords) {
        std::vector<float> second(test::samples_of(1.0));
        const int root = 48 + (tonic + chord.root) % 12;
        for (const int pitch : {root - 12, root, root + chord.third, root + 7, root + 12}) {
            for (int partial = 1; partial <= 4; ++partial) {
                const double hz = 440.0 * std::exp2((pitch - 69 + tuning_cents / 100.0) / 12.0) * partial;
                test::add(second, test::sine(hz, 1.0, 0.1 / partial));
            }
        }
        pcm.insert(pcm.end(), second.begin(), second.end());
    }
    return pcm;
}

TEST(Key, OfCadencesInAllKeysAndTunings) {
    int i = 0;
    for (const Mode mode : {Mode::major, Mode::minor}) {
        for (int tonic = 0; tonic < 12; ++tonic, ++i) {
            const double tuning_cents = -40.0 + 80.0 * (i * 7 % 24) / 23.0;
            const auto key = key_of(cadence(tonic, mode, tuning_cents));
            ASSERT_TRUE(key.has_value());
            EXPECT_EQ(key->tonic, tonic) << tuning_cents;
            EXPECT_EQ(key->mode, mode) << tonic;
            EXPECT_NEAR(key->tuning_cents, tuning_cents, 4.0);
            EXPECT_GT(key->confidence, 0.2);
            EXPECT_LE(key->confidence, 1.0);
        }
    }
}

TEST(Key, DoesNotDependOnTheVolume) {
    std::vector<float> pcm = cadence(3, Mode::minor, 10.0);
    const auto expected = key_of(pcm);
    std::ranges::for_each(pcm, [](float& sample) { sample *= 0x1p-10F; });
    const auto key = key_of(pcm);
    ASSERT_TRUE(key.has_value() && expected.has_value());
    EXPECT_EQ(key->tonic, 3);
    EXPECT_EQ(key->mode, Mode::minor);
    EXPECT_NEAR(key->confidence, expected->confidence, 1e-4);
}

TEST(Key, SurvivesNoiseAsLoudAsItself) {
    std::vector<float> pcm = cadence(8, Mode::major, 0.0);
    test::add(pcm, test::noise(4.0, 0.3, 0.0, 1));
    const auto key = key_of(pcm);
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(key->tonic, 8);
    EXPECT_EQ(key->mode, Mode::major);
}

TEST(Key, IsAbsentForSilenceAndOffsets) {
    EXPECT_FALSE(key_of({}).has_value());
    EXPECT_FALSE(key_of(std::vector<float>(6143, 0.5F)).has_value());
    EXPECT_FALSE(key_of(std::vector<float>(160000)).has_value());
    EXPECT_FALSE(key_of(std::vector<float>(160000, 0.5F)).has_value());
}

TEST(Key, IsAbsentForNoise) {
    std::uint64_t seed = 0;
    for (const double seconds : {1.0, 3.0, 10.0, 20.0}) {
        for (const double smoothing : {0.0, 0.8, 0.995}) {
            EXPECT_FALSE(key_of(test::noise(seconds, 0.3, smoothing, ++seed)).has_value()) << seconds << " s " << smoothing;
        }
    }
}

TEST(Key, DoesNotDependOnTheBlocks) {
    const std::vector<float> pcm = cadence(6, Mode::major, -20.0);
    const std::vector<std::size_t> blocks{1, 1535, 0, 6144, 20000};
    KeyEstimator estimator;
    test::push_in_blocks(estimator, pcm, blocks);
    const auto key = estimator.finish();
    const auto expected = key_of(pcm);
    ASSERT_TRUE(key.has_value() && expected.has_value());
    EXPECT_EQ(key->tonic, expected->tonic);
    EXPECT_EQ(key->confidence, expected->confidence);
    EXPECT_EQ(key->tuning_cents, expected->tuning_cents);
}

} // namespace
} // namespace audiomuse::dsp
