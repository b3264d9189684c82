#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <dsp/energy.hpp>
#include <dsp/key.hpp>
#include <dsp/log_mel_patches.hpp>
#include <dsp/tempo.hpp>
#include <support/music_synth.hpp>

#include "signals.hpp"

namespace audiomuse::dsp {
namespace {

struct Heard {
    std::optional<TempoEstimate> tempo;
    std::optional<KeyEstimate> key;
    double energy = 0;
    std::vector<float> log_mel;
};

Heard hear(std::span<const float> pcm) {
    Heard heard;
    TempoEstimator tempo;
    KeyEstimator key;
    EnergyMeter energy;
    LogMelPatches patches(
        [&](std::span<const float> patch) { heard.log_mel.insert(heard.log_mel.end(), patch.begin(), patch.end()); });
    tempo.push(pcm);
    key.push(pcm);
    energy.push(pcm);
    patches.push(pcm);
    heard.tempo = tempo.finish();
    heard.key = key.finish();
    heard.energy = energy.finish();
    patches.finish();
    return heard;
}

void expect_sane(const Heard& heard) {
    EXPECT_TRUE(std::ranges::all_of(heard.log_mel, [](float value) { return value >= 0.0F && value < 20.0F; }));
    EXPECT_TRUE(heard.energy >= 0.0 && heard.energy <= 1.0) << heard.energy;
    if (heard.tempo) {
        EXPECT_TRUE(heard.tempo->bpm >= 35.0 && heard.tempo->bpm <= 260.0) << heard.tempo->bpm;
        EXPECT_TRUE(heard.tempo->confidence >= 0.0 && heard.tempo->confidence <= 1.0) << heard.tempo->confidence;
    }
    if (heard.key) {
        EXPECT_TRUE(heard.key->tonic >= 0 && heard.key->tonic < 12) << heard.key->tonic;
        EXPECT_TRUE(heard.key->confidence >= 0.0 && heard.key->confidence <= 1.0) << heard.key->confidence;
    }
}

/// D minor at 120 BPM.
std::vector<float> music() {
    return audiomuse::test::render({.seed = 4,
                                    .tempo_bpm = 120.0,
                                    .tonic = 2,
                                    .mode = audiomuse::test::PieceMode::minor,
                                    .snr_db = 40.0,
                                    .duration_s = 16.5});
}

void expect_d_minor_at_120(const Heard& heard) {
    expect_sane(heard);
    ASSERT_TRUE(heard.tempo.has_value());
    EXPECT_NEAR(heard.tempo->bpm, 120.0, 1.2);
    ASSERT_TRUE(heard.key.has_value());
    EXPECT_EQ(heard.key->tonic, 2);
    EXPECT_EQ(heard.key->mode, Mode::minor);
}

TEST(HostileInput, NoSampleIsSilence) {
    std::vector<float> with_nan = music();
    std::vector<float> with_zeros = with_nan;
    const std::vector<float> bad{std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                                 -std::numeric_limits<float>::infinity(), std::numeric_limits<float>::denorm_min()};
    for (std::size_t n = 100; n < with_nan.size(); n += 4001) {
        with_nan[n] = bad[n % bad.size()];
        with_zeros[n] = 0.0F;
    }
    const Heard heard = hear(with_nan);
    const Heard expected = hear(with_zeros);
    expect_d_minor_at_120(heard);
    EXPECT_EQ(heard.tempo->bpm, expected.tempo->bpm);
    EXPECT_EQ(heard.key->confidence, expected.key->confidence);
    EXPECT_EQ(heard.energy, expected.energy);
    EXPECT_EQ(heard.log_mel, expected.log_mel);
}

TEST(HostileInput, NothingButBadSamples) {
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                            std::numeric_limits<float>::denorm_min(), -std::numeric_limits<float>::denorm_min()}) {
        const Heard heard = hear(std::vector<float>(60000, bad));
        EXPECT_FALSE(heard.tempo.has_value());
        EXPECT_FALSE(heard.key.has_value());
        EXPECT_EQ(heard.energy, 0.0);
        EXPECT_EQ(heard.log_mel, std::vector<float>(k_patch_size));
    }
}

TEST(HostileInput, HugeSamples) {
    std::vector<float> pcm = test::noise(4.0, 1e30, 0.5, 1);
    expect_sane(hear(pcm));
    std::ranges::fill(pcm, std::numeric_limits<float>::max());
    expect_sane(hear(pcm));
    for (std::size_t n = 0; n < pcm.size(); n += 2) {
        pcm[n] = std::numeric_limits<float>::lowest();
    }
    expect_sane(hear(pcm));
}

TEST(HostileInput, AnOffset) {
    std::vector<float> pcm = music();
    std::ranges::for_each(pcm, [](float& sample) { sample += 0.4F; });
    expect_d_minor_at_120(hear(pcm));
}

TEST(HostileInput, HardClipping) {
    std::vector<float> pcm = music();
    std::ranges::for_each(pcm, [](float& sample) { sample = std::clamp(sample * 6.0F, -1.0F, 1.0F); });
    expect_d_minor_at_120(hear(pcm));
}

TEST(HostileInput, AlmostNoSamples) {
    for (const std::size_t length : {0U, 1U, 191U, 511U, 767U, 768U, 960U, 6143U, 6144U}) {
        const Heard heard = hear(std::vector<float>(length, 0.25F));
        expect_sane(heard);
        EXPECT_FALSE(heard.tempo.has_value());
        EXPECT_FALSE(heard.key.has_value());
    }
}

} // namespace
} // namespace audiomuse::dsp
