// Without foreach_target this compiles for the baseline of the architecture alone: one lane on x86-64, four on arm64.
#include <nn/detail/fft-inl.hpp>

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include <nn/random_model.hpp>
#include <support/compare.hpp>

HWY_BEFORE_NAMESPACE();
namespace audiomuse::nn::HWY_NAMESPACE {
namespace {

constexpr std::size_t k_lanes = hn::MaxLanes(Tag());

/// `count` vectors in memory, one after the other.
struct Values {
    explicit Values(std::size_t count) : data(count * k_lanes) {}
    [[nodiscard]] Vector get(std::size_t i) const { return hn::LoadU(Tag(), data.data() + i * k_lanes); }
    void set(std::size_t i, Vector value) { hn::StoreU(value, Tag(), data.data() + i * k_lanes); }
    std::vector<float> data;
};

template <std::size_t N>
void check_complex() {
    nn::test::RandomValues random(N);
    const auto input = random.take(2 * N * k_lanes);
    Values x(2 * N);
    std::copy(input.begin(), input.end(), x.data.begin());
    Values y(2 * N);
    inverse_fft<N>(
        [&](auto k) {
            return Complex{x.get(2 * k()), x.get(2 * k() + 1)};
        },
        [&](auto n, Complex value) {
            y.set(2 * n(), value.re);
            y.set(2 * n() + 1, value.im);
        });
    std::vector<double> expected(2 * N * k_lanes);
    for (std::size_t lane = 0; lane < k_lanes; ++lane) {
        for (std::size_t n = 0; n < N; ++n) {
            for (std::size_t k = 0; k < N; ++k) {
                const double angle = 2 * std::numbers::pi * static_cast<double>(k * n % N) / N;
                const double re = input[2 * k * k_lanes + lane];
                const double im = input[(2 * k + 1) * k_lanes + lane];
                expected[2 * n * k_lanes + lane] += re * std::cos(angle) - im * std::sin(angle);
                expected[(2 * n + 1) * k_lanes + lane] += re * std::sin(angle) + im * std::cos(angle);
            }
        }
    }
    EXPECT_TRUE(audiomuse::test::all_close(y.data, expected, {.absolute = 2e-6})) << N;
}

template <std::size_t N>
void check_real() {
    nn::test::RandomValues random(100 + N);
    const auto input = random.take((N + 2) * k_lanes);
    Values x(N + 2);
    std::copy(input.begin(), input.end(), x.data.begin());
    std::array<Vector, N> y;
    real_inverse_fft<N>([&](auto k) { return x.get(2 * k()); },
                        [&](auto k) {
                            return Complex{x.get(2 * k()), x.get(2 * k() + 1)};
                        },
                        y.data());
    std::vector<float> actual(N * k_lanes);
    std::vector<double> expected(N * k_lanes);
    for (std::size_t n = 0; n < N; ++n) {
        hn::StoreU(y[n], Tag(), actual.data() + n * k_lanes);
        for (std::size_t lane = 0; lane < k_lanes; ++lane) {
            for (std::size_t k = 0; k <= N / 2; ++k) {
                const double angle = 2 * std::numbers::pi * static_cast<double>(k * n % N) / N;
                const double re = input[2 * k * k_lanes + lane];
                const double im = k == 0 || k == N / 2 ? 0.0 : static_cast<double>(input[(2 * k + 1) * k_lanes + lane]);
                expected[n * k_lanes + lane] += re * std::cos(angle) - im * std::sin(angle);
            }
        }
    }
    EXPECT_TRUE(audiomuse::test::all_close(actual, expected, {.absolute = 2e-6})) << N;
}

TEST(Fft, ComplexTransformsAgreeWithTheDefinition) {
    check_complex<1>();
    check_complex<2>();
    check_complex<4>();
    check_complex<8>();
    check_complex<16>();
    check_complex<32>();
}

TEST(Fft, RealTransformsAgreeWithTheDefinition) {
    check_real<2>();
    check_real<4>();
    check_real<8>();
    check_real<16>();
    check_real<32>();
}

TEST(Roots, AgreeWithTheStandardLibrary) {
    for (const std::size_t n : {8U, 16U, 32U, 96U, 256U}) {
        for (std::size_t k = 0; k < 3 * n; ++k) {
            const double angle = 2 * std::numbers::pi * static_cast<double>(k % n) / static_cast<double>(n);
            EXPECT_NEAR(nn::detail::cosine_of_turn(k, n), std::cos(angle), 1e-15) << k << " of " << n;
            EXPECT_NEAR(nn::detail::sine_of_turn(k, n), std::sin(angle), 1e-15) << k << " of " << n;
        }
    }
    static_assert(nn::detail::cosine_of_turn(0, 8) == 1.0 && nn::detail::cosine_of_turn(2, 8) == 0.0);
}

} // namespace
} // namespace audiomuse::nn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
