#include <complex>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <dsp/detail/pitch_histogram.hpp>
#include <dsp/stft.hpp>

namespace audiomuse::dsp {
namespace {

using detail::PitchHistogram;

TEST(LargestOf, FindsItAtEveryPlaceOfEveryLength) {
    for (std::size_t length = 1; length <= 70; ++length) {
        for (std::size_t place = 0; place < length; ++place) {
            std::vector<float> values(length, -3.0F);
            values[place] = -2.5F;
            ASSERT_EQ(largest_of(values), -2.5F) << length << " " << place;
        }
    }
}

TEST(LargestOf, InfinityIsTheLargest) {
    std::vector<float> values(40, std::numeric_limits<float>::max());
    values[17] = std::numeric_limits<float>::infinity();
    EXPECT_EQ(largest_of(values), std::numeric_limits<float>::infinity());
}

constexpr std::size_t k_bin_count = 3073;
constexpr double k_bin_hz = 16000.0 / 6144.0;

/// A spectrum of background magnitude 1 in which every given bin stands out, with its two neighbours a tenth as large.
std::vector<std::complex<float>> spectrum_with(const std::vector<std::pair<std::size_t, float>>& peaks) {
    std::vector<std::complex<float>> spectrum(k_bin_count, {0.0F, 1.0F});
    for (const auto& [bin, magnitude] : peaks) {
        spectrum[bin - 1] = spectrum[bin + 1] = {0.1F * magnitude, 0.0F};
        spectrum[bin] = {magnitude, 0.0F};
    }
    return spectrum;
}

double sum_of(const PitchHistogram& histogram) {
    double sum = 0.0;
    for (const double bin : histogram.bins()) {
        sum += bin;
    }
    return sum;
}

TEST(PitchHistogram, PeaksCountByTheirMagnitudeOverTheLargest) {
    PitchHistogram histogram(k_bin_count, k_bin_hz, 0.5F);
    // Bins 169 and 507 are 440.1 and 1320.3 Hz: 3 octaves, and 3 octaves and a pure twelfth, above 55 Hz.
    histogram.add(spectrum_with({{169, 2e5F}, {507, 5e4F}}));
    EXPECT_EQ(histogram.frames(), 1U);
    EXPECT_FLOAT_EQ(static_cast<float>(histogram.bins()[360]), 1.0F);
    EXPECT_FLOAT_EQ(static_cast<float>(histogram.bins()[550]), 0.25F);
    EXPECT_FLOAT_EQ(static_cast<float>(sum_of(histogram)), 1.25F);
}

TEST(PitchHistogram, FarBelowTheLargestOrOutOfRangeIsNoPitch) {
    PitchHistogram histogram(k_bin_count, k_bin_hz, 0.5F);
    // 61 dB below the largest; 49.5 Hz; 3503 Hz.
    histogram.add(spectrum_with({{169, 2e5F}, {338, 178.0F}, {19, 1e5F}, {1345, 1e5F}}));
    EXPECT_FLOAT_EQ(static_cast<float>(sum_of(histogram)), 1.0F);
}

TEST(PitchHistogram, OfManyPeaksTheEightyLargestCount) {
    std::vector<std::pair<std::size_t, float>> peaks;
    for (std::size_t i = 0; i < 120; ++i) {
        peaks.emplace_back(100 + 4 * i, i % 3 == 0 ? 1e4F : 2e4F);
    }
    PitchHistogram histogram(k_bin_count, k_bin_hz, 0.5F);
    histogram.add(spectrum_with(peaks));
    EXPECT_FLOAT_EQ(static_cast<float>(sum_of(histogram)), 80.0F);
}

TEST(PitchHistogram, SilentFramesDoNotCount) {
    PitchHistogram histogram(k_bin_count, k_bin_hz, 2.0F);
    histogram.add(spectrum_with({}));
    histogram.add(std::vector<std::complex<float>>(k_bin_count));
    EXPECT_EQ(histogram.frames(), 0U);
    EXPECT_EQ(sum_of(histogram), 0.0);
}

} // namespace
} // namespace audiomuse::dsp
