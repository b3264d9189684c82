#pragma once

#include <cstddef>

namespace audiomuse::nn::detail {

namespace roots {
/// Taylor series around 0; the argument is at most pi/4 in size, where the first term left out is below 1e-17.
constexpr double small_sine(double x) noexcept {
    double term = x;
    double sum = x;
    for (int n = 1; n <= 9; ++n) {
        term *= -x * x / ((2 * n) * (2 * n + 1));
        sum += term;
    }
    return sum;
}
constexpr double small_cosine(double x) noexcept {
    double term = 1;
    double sum = 1;
    for (int n = 1; n <= 9; ++n) {
        term *= -x * x / ((2 * n - 1) * (2 * n));
        sum += term;
    }
    return sum;
}
} // namespace roots

/// cos(2 pi k / n), exact to the last bit or two of a double, at compile time as well. n is a multiple of 8.
constexpr double cosine_of_turn(std::size_t k, std::size_t n) noexcept {
    constexpr double k_pi = 3.14159265358979323846;
    k %= n;
    if (2 * k > n) {
        k = n - k; // cos is even
    }
    const bool negative = 4 * k > n;
    if (negative) {
        k = n / 2 - k; // cos(pi - x) = -cos x
    }
    const double value = 8 * k <= n ? roots::small_cosine(2 * k_pi * static_cast<double>(k) / static_cast<double>(n))
                                    : roots::small_sine(2 * k_pi * static_cast<double>(n / 4 - k) / static_cast<double>(n));
    return negative ? -value : value;
}

/// sin(2 pi k / n) in the same way: a quarter turn behind the cosine.
constexpr double sine_of_turn(std::size_t k, std::size_t n) noexcept { return cosine_of_turn(k % n + n - n / 4, n); }

} // namespace audiomuse::nn::detail
