#include <dsp/tempo.hpp>

#include <cmath>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "signals.hpp"

namespace audiomuse::dsp {
namespace {

std::optional<TempoEstimate> tempo_of(std::span<const float> pcm, Tonality tonality = Tonality::unknown) {
    TempoEstimator estimator;
    estimator.push(pcm);
    return estimator.finish(tonality);
}

TEST(Tempo, OfClicks) {
    for (const double bpm : {70.0, 90.0, 100.0, 120.0, 133.3}) {
        const auto tempo = tempo_of(test::clicks(bpm, 12.0, 0.8));
        ASSERT_TRUE(tempo.has_value()) << bpm;
        EXPECT_NEAR(tempo->bpm, bpm, 0.002 * bpm);
        EXPECT_GT(tempo->confidence, 0.8);
        EXPECT_LE(tempo->confidence, 1.0);
    }
}

TEST(Tempo, OfFastClicksIsTheirsOrHalfOfIt) {
    for (const double bpm : {174.0, 220.0}) {
        const auto tempo = tempo_of(test::clicks(bpm, 12.0, 0.8));
        ASSERT_TRUE(tempo.has_value()) << bpm;
        const double octave = tempo->bpm < 0.75 * bpm ? 0.5 : 1.0;
        EXPECT_NEAR(tempo->bpm, octave * bpm, 0.002 * bpm);
    }
}

TEST(Tempo, OfQuietClicks) {
    const auto tempo = tempo_of(test::clicks(120.0, 12.0, 0.002));
    ASSERT_TRUE(tempo.has_value());
    EXPECT_NEAR(tempo->bpm, 120.0, 0.3);
}

TEST(Tempo, OfClicksInLoudNoise) {
    std::vector<float> pcm = test::clicks(120.0, 12.0, 0.8);
    test::add(pcm, test::noise(12.0, 0.1, 0.0, 5));
    const auto tempo = tempo_of(pcm);
    ASSERT_TRUE(tempo.has_value());
    EXPECT_NEAR(tempo->bpm, 120.0, 0.3);
}

TEST(Tempo, OfTenSeconds) {
    const auto tempo = tempo_of(test::clicks(120.0, 10.0, 0.8));
    ASSERT_TRUE(tempo.has_value());
    EXPECT_NEAR(tempo->bpm, 120.0, 0.3);
}

TEST(Tempo, SurvivesAQuietStart) {
    std::vector<float> pcm = test::noise(17.0, 3e-5, 0.0, 6);
    const std::vector<float> beat = test::clicks(120.0, 12.0, 0.8);
    test::add(std::span(pcm).subspan(test::samples_of(5.0)), beat);
    const auto tempo = tempo_of(pcm);
    ASSERT_TRUE(tempo.has_value());
    EXPECT_NEAR(tempo->bpm, 120.0, 0.3);
}

TEST(Tempo, IsAbsentForSilenceAndSteadySound) {
    EXPECT_FALSE(tempo_of({}).has_value());
    EXPECT_FALSE(tempo_of(std::vector<float>(160000)).has_value());
    EXPECT_FALSE(tempo_of(std::vector<float>(160000, 0.5F)).has_value());
    EXPECT_FALSE(tempo_of(test::sine(441.3, 10.0, 0.5)).has_value());
    EXPECT_FALSE(tempo_of(test::sine(50.0, 10.0, 0.5)).has_value());
}

TEST(Tempo, IsAbsentForNoise) {
    std::uint64_t seed = 0;
    for (const double seconds : {3.5, 5.0, 10.0, 20.0}) {
        for (const double smoothing : {0.0, 0.8, 0.995}) {
            EXPECT_FALSE(tempo_of(test::noise(seconds, 0.3, smoothing, ++seed)).has_value()) << seconds << " s " << smoothing;
        }
    }
}

TEST(Tempo, IsAbsentForClicksAtRandom) {
    test::Noise random(8);
    const std::vector<float> click = test::clicks(1.0, 0.2, 0.8);
    std::vector<float> pcm(test::samples_of(30.0));
    for (int i = 0; i < 90; ++i) {
        const auto start = static_cast<std::size_t>((random.next() + 1.0F) * 0.49F * static_cast<float>(pcm.size()));
        test::add(std::span(pcm).subspan(start), click);
    }
    EXPECT_FALSE(tempo_of(pcm).has_value());
    const auto guess = tempo_of(pcm, Tonality::present);
    ASSERT_TRUE(guess.has_value()) << "tonal music with a free beat has a best guess";
    EXPECT_LT(guess->confidence, 0.2);
}

TEST(Tempo, IsAbsentForSilenceAndSteadyTonesWhateverTheKey) {
    EXPECT_FALSE(tempo_of(std::vector<float>(test::samples_of(10.0)), Tonality::present).has_value());
    std::vector<float> tone(test::samples_of(10.0));
    for (std::size_t i = 0; i < tone.size(); ++i) {
        tone[i] = 0.5F * std::sin(0.1728F * static_cast<float>(i));
    }
    EXPECT_FALSE(tempo_of(tone, Tonality::present).has_value());
}

std::vector<float> joined(std::vector<float> first, std::span<const float> second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

TEST(Tempo, IsTheOneThatHoldsLongestHoweverLoudTheRest) {
    for (const auto& [longer, shorter] : {std::pair{100.0, 127.0}, {127.0, 100.0}, {84.0, 150.0}, {150.0, 84.0}}) {
        std::vector<float> quiet = test::clicks(longer, 60.0, 0.05);
        test::add(quiet, test::noise(60.0, 0.002, 0.5, 9)); // fills the gaps, so that onsets there are weaker
        const std::vector<float> loud = test::clicks(shorter, 30.0, 0.9);
        for (const auto& pcm : {joined(quiet, loud), joined(loud, quiet)}) {
            const auto tempo = tempo_of(pcm);
            ASSERT_TRUE(tempo.has_value()) << longer;
            EXPECT_NEAR(tempo->bpm, longer, 0.01 * longer) << "beside " << shorter;
        }
    }
}

TEST(Tempo, IsTheSameWithMinutesOfSilenceAtAnEnd) {
    std::vector<float> beat = test::clicks(97.0, 20.0, 0.8);
    test::add(beat, test::noise(20.0, 0.02, 0.0, 10));
    const auto expected = tempo_of(beat);
    ASSERT_TRUE(expected.has_value());
    const std::vector<float> silence(test::samples_of(240.0));
    const std::vector<float> dither = test::noise(240.0, 2e-5, 0.0, 11);
    for (const auto& pcm : {joined(beat, silence), joined(silence, beat), joined(beat, dither), joined(dither, beat)}) {
        const auto tempo = tempo_of(pcm);
        ASSERT_TRUE(tempo.has_value());
        EXPECT_NEAR(tempo->bpm, expected->bpm, 0.1);
    }
    EXPECT_NEAR(tempo_of(joined(beat, silence))->confidence, expected->confidence, 0.02);
}

TEST(Tempo, IsAbsentForNoiseBesideSilence) {
    const std::vector<float> silence(test::samples_of(120.0));
    const std::vector<float> dither = test::noise(120.0, 2e-5, 0.0, 12);
    for (const double seconds : {10.0, 47.0}) {
        const std::vector<float> noise = test::noise(seconds, 0.3, 0.5, 13);
        for (const auto& pcm : {joined(noise, silence), joined(silence, noise), joined(noise, dither), joined(dither, noise),
                                joined(joined(noise, silence), noise)}) {
            EXPECT_FALSE(tempo_of(pcm).has_value()) << seconds;
        }
    }
}

TEST(Tempo, NeedsThreeSeconds) {
    EXPECT_FALSE(tempo_of(test::clicks(120.0, 2.9, 0.8)).has_value());
    EXPECT_TRUE(tempo_of(test::clicks(120.0, 5.0, 0.8)).has_value());
}

TEST(Tempo, DoesNotDependOnTheBlocks) {
    std::vector<float> pcm = test::clicks(97.0, 12.0, 0.8);
    test::add(pcm, test::noise(12.0, 0.05, 0.0, 7));
    const std::vector<std::size_t> blocks{1, 191, 0, 768, 5000};
    TempoEstimator estimator;
    test::push_in_blocks(estimator, pcm, blocks);
    const auto tempo = estimator.finish();
    const auto expected = tempo_of(pcm);
    ASSERT_TRUE(tempo.has_value() && expected.has_value());
    EXPECT_EQ(tempo->bpm, expected->bpm);
    EXPECT_EQ(tempo->confidence, expected->confidence);
}

} // namespace
} // namespace audiomuse::dsp
