#include <dsp/real_fft.hpp>

#include <cmath>
#include <numbers>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <support/compare.hpp>

#include "signals.hpp"

namespace audiomuse::dsp {
namespace {

std::vector<float> parts(std::span<const std::complex<float>> spectrum) {
    std::vector<float> values;
    for (const auto& bin : spectrum) {
        values.push_back(bin.real());
        values.push_back(bin.imag());
    }
    return values;
}

std::vector<float> fill(RealFft& fft, std::uint64_t seed) {
    test::Noise random(seed);
    std::vector<float> values(fft.size());
    std::ranges::generate(values, [&] { return random.next(); });
    std::ranges::copy(values, fft.time().begin());
    return values;
}

TEST(RealFft, TransformsAnImpulseToOnes) {
    RealFft fft(8);
    fft.time()[0] = 1.0F;
    fft.forward();
    ASSERT_EQ(fft.spectrum().size(), 5U);
    EXPECT_EQ(parts(fft.spectrum()), (std::vector<float>{1, 0, 1, 0, 1, 0, 1, 0, 1, 0}));
}

TEST(RealFft, AgreesWithTheDefinition) {
    for (const std::size_t size : {1U, 2U, 7U, 30U, 768U}) {
        RealFft fft(size);
        const std::vector<float> x = fill(fft, size);
        fft.forward();
        std::vector<float> expected;
        for (std::size_t k = 0; k < fft.bin_count(); ++k) {
            std::complex<double> sum;
            for (std::size_t n = 0; n < size; ++n) {
                sum += std::polar<double>(1.0, -2.0 * std::numbers::pi * static_cast<double>(k * n % size) /
                                                   static_cast<double>(size)) *
                       static_cast<double>(x[n]);
            }
            expected.push_back(static_cast<float>(sum.real()));
            expected.push_back(static_cast<float>(sum.imag()));
        }
        EXPECT_TRUE(audiomuse::test::all_close(parts(fft.spectrum()), expected, {.absolute = 1e-4})) << "size " << size;
        EXPECT_TRUE(audiomuse::test::all_close(fft.time(), x, {})) << "forward() must keep its input";
    }
}

TEST(RealFft, InverseUndoesForwardTimesTheSize) {
    RealFft fft(96);
    std::vector<float> expected = fill(fft, 5);
    std::ranges::for_each(expected, [](float& value) { value *= 96.0F; });
    fft.forward();
    fft.inverse();
    EXPECT_TRUE(audiomuse::test::all_close(fft.time(), expected, {.absolute = 1e-3}));
}

TEST(RealFft, WorksInManyThreadsAtOnce) {
    constexpr std::size_t k_threads = 6;
    std::vector<std::vector<float>> spectra(k_threads);
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < k_threads; ++i) {
            threads.emplace_back([&spectrum = spectra[i]] {
                for (const std::size_t size : {64U, 768U, 512U}) {
                    RealFft fft(size);
                    fill(fft, 9);
                    fft.forward();
                    spectrum = parts(fft.spectrum());
                }
            });
        }
    }
    for (const auto& spectrum : spectra) {
        EXPECT_EQ(spectrum, spectra.front());
    }
}

} // namespace
} // namespace audiomuse::dsp
