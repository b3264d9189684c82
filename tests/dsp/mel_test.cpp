#include <dsp/mel.hpp>

#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace audiomuse::dsp {
namespace {

TEST(MelScale, IsSlaneys) {
    EXPECT_DOUBLE_EQ(hz_to_mel(0.0), 0.0);
    EXPECT_DOUBLE_EQ(hz_to_mel(200.0), 3.0);
    EXPECT_DOUBLE_EQ(hz_to_mel(1000.0), 15.0);
    EXPECT_NEAR(hz_to_mel(6400.0), 42.0, 1e-12);
    EXPECT_NEAR(hz_to_mel(8000.0), 45.2456, 1e-4);
    for (const double hz : {30.0, 999.0, 1001.0, 7654.0}) {
        EXPECT_NEAR(mel_to_hz(hz_to_mel(hz)), hz, 1e-9);
    }
}

TEST(MelFilterBank, HasBandsOfAreaOne) {
    const MelFilterBank bank({.bands = 96, .fft_size = 16000, .low_hz = 0.0, .high_hz = 8000.0});
    const std::vector<float> flat(8001, 1.0F);
    std::vector<float> bands(bank.band_count());
    bank.apply(flat, bands);
    ASSERT_EQ(bands.size(), 96U);
    for (const float band : bands) {
        EXPECT_NEAR(band, 1.0F, 0.002F); // bins of 1 Hz
    }
}

TEST(MelFilterBank, PeaksAtTheCentreOfItsBand) {
    // Edges at 0, 5, 10 and 15 mel: 0, 333.3, 666.7 and 1000 Hz.
    const MelFilterBank bank({.bands = 2, .fft_size = 480, .low_hz = 0.0, .high_hz = 1000.0});
    std::vector<float> spectrum(241);
    std::vector<float> bands(2);
    spectrum[10] = 1.0F; // 333.3 Hz
    bank.apply(spectrum, bands);
    EXPECT_NEAR(bands[0], 2.0F / 666.667F, 1e-7F);
    EXPECT_NEAR(bands[1], 0.0F, 1e-9F);
    spectrum[10] = 0.0F;
    spectrum[15] = 1.0F; // 500 Hz, half way between the two centres
    bank.apply(spectrum, bands);
    EXPECT_NEAR(bands[0], 1.0F / 666.667F, 1e-7F);
    EXPECT_NEAR(bands[1], 1.0F / 666.667F, 1e-7F);
    EXPECT_NEAR(bank.largest_weight(), 2.0F / 666.667F, 1e-7F);
}

} // namespace
} // namespace audiomuse::dsp
