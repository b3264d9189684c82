#include <dsp/detail/autocorrelation.hpp>

#include <vector>

#include <gtest/gtest.h>

#include <support/compare.hpp>

#include "signals.hpp"

namespace audiomuse::dsp::detail {
namespace {

TEST(Autocorrelation, AgreesWithTheDefinitionForAnyLength) {
    // Transforms have 256 values, 206 of them new.
    constexpr std::size_t k_max_lag = 50;
    for (const std::size_t length : {0U, 1U, 2U, 50U, 51U, 205U, 206U, 207U, 1000U}) {
        dsp::test::Noise random(length);
        std::vector<double> values(length);
        Autocorrelation autocorrelation(k_max_lag);
        for (double& value : values) {
            const float pushed = 0.5F + random.next();
            value = pushed;
            autocorrelation.push(pushed);
        }
        std::vector<double> expected(k_max_lag + 1);
        for (std::size_t lag = 0; lag <= k_max_lag && lag < length; ++lag) {
            for (std::size_t n = lag; n < length; ++n) {
                expected[lag] += values[n] * values[n - lag] / static_cast<double>(length - lag);
            }
        }
        EXPECT_EQ(autocorrelation.count(), length);
        EXPECT_TRUE(audiomuse::test::all_close(autocorrelation.finish(), expected, {.absolute = 2e-5})) << length << " values";
    }
}

TEST(Autocorrelation, WorksForValuesWithoutAMean) {
    Autocorrelation autocorrelation(2);
    for (int i = 0; i < 1000; ++i) {
        autocorrelation.push(i % 2 == 0 ? 1.0F : -1.0F);
    }
    EXPECT_TRUE(audiomuse::test::all_close(autocorrelation.finish(), std::vector<double>{1, -1, 1}, {.absolute = 1e-5}));
}

} // namespace
} // namespace audiomuse::dsp::detail
