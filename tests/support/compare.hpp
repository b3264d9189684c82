#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <ios>
#include <ranges>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

namespace audiomuse::test {

/// A value passes when |actual - expected| <= absolute + relative * |expected|.
struct Tolerance {
    double absolute = 0;
    double relative = 0;
};

/// Compares two ranges of numbers (vector, array, span, ...), value by value: `EXPECT_TRUE(all_close(actual, expected, {.absolute
/// = 1e-4}))`. Different lengths fail, and so does any value that is not finite, on either side: a golden file cannot hold one by
/// design. The message tells the worst value, where it is, and how many values are off.
template <std::ranges::random_access_range Actual, std::ranges::random_access_range Expected>
[[nodiscard]] testing::AssertionResult all_close(const Actual& actual, const Expected& expected, Tolerance tolerance) {
    static_assert(std::is_arithmetic_v<std::ranges::range_value_t<Actual>>);
    static_assert(std::is_arithmetic_v<std::ranges::range_value_t<Expected>>);
    const auto length = static_cast<std::size_t>(std::ranges::size(actual));
    const auto expected_length = static_cast<std::size_t>(std::ranges::size(expected));
    if (length != expected_length) {
        return testing::AssertionFailure() << "length " << length << ", expected " << expected_length;
    }
    std::size_t worst = 0;
    std::size_t off = 0;
    double worst_excess = 0;
    for (std::size_t i = 0; i < length; ++i) {
        const auto a = static_cast<double>(std::ranges::begin(actual)[static_cast<std::ptrdiff_t>(i)]);
        const auto e = static_cast<double>(std::ranges::begin(expected)[static_cast<std::ptrdiff_t>(i)]);
        if (!std::isfinite(a) || !std::isfinite(e)) {
            return testing::AssertionFailure() << "value " << i << " is not finite: " << a << ", expected " << e;
        }
        const double excess = std::abs(a - e) - (tolerance.absolute + tolerance.relative * std::abs(e));
        if (excess > 0) {
            ++off;
            if (excess > worst_excess) {
                worst_excess = excess;
                worst = i;
            }
        }
    }
    if (off != 0) {
        const auto a = static_cast<double>(std::ranges::begin(actual)[static_cast<std::ptrdiff_t>(worst)]);
        const auto e = static_cast<double>(std::ranges::begin(expected)[static_cast<std::ptrdiff_t>(worst)]);
        return testing::AssertionFailure() << off << " of " << length << " values are off; the worst is value " << worst << ": "
                                           << a << ", expected " << e << " (difference " << a - e << ", absolute tolerance "
                                           << tolerance.absolute << ", relative " << tolerance.relative << ")";
    }
    return testing::AssertionSuccess();
}

/// The largest |actual - expected|, for messages and reports; NaN when any value is NaN or the lengths differ.
template <std::ranges::random_access_range Actual, std::ranges::random_access_range Expected>
[[nodiscard]] double largest_difference(const Actual& actual, const Expected& expected) {
    if (std::ranges::size(actual) != std::ranges::size(expected)) {
        return std::nan("");
    }
    double largest = 0;
    auto e = std::ranges::begin(expected);
    for (const auto value : actual) {
        const double difference = std::abs(static_cast<double>(value) - static_cast<double>(*e++));
        if (std::isnan(difference)) {
            return difference;
        }
        largest = std::max(largest, difference);
    }
    return largest;
}

/// A golden file of raw little-endian float32. Throws when it cannot be read or does not hold exactly `count` values.
[[nodiscard]] inline std::vector<float> read_f32(const std::filesystem::path& path, std::size_t count) {
    if (std::filesystem::file_size(path) != count * sizeof(float)) {
        throw std::runtime_error(path.string() + " does not hold " + std::to_string(count) + " float32 values");
    }
    std::vector<float> values(count);
    std::ifstream file(path, std::ios::binary);
    if (!file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(float)))) {
        throw std::runtime_error(path.string() + " cannot be read");
    }
    return values;
}

} // namespace audiomuse::test
