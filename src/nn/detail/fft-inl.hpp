/// Small inverse Fourier transforms of vectors: each lane is a transform of its own, so nothing is ever shuffled.
///
/// Values come from and go to callbacks, whose index is a compile-time constant: loads happen where a value is needed, results
/// are used where they arise, and no array is copied. Everything is inlined into straight code.
///
/// An inverse transform here is y[n] = sum over k of x[k] w^(kn) with w = exp(2 pi i / N); no factor 1/N. A forward transform is
/// the inverse one with real and imaginary parts exchanged before and after.
///
/// Included once for each instruction set, after <hwy/highway.h>.

#if defined(AUDIOMUSE_NN_FFT_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef AUDIOMUSE_NN_FFT_INL
#undef AUDIOMUSE_NN_FFT_INL
#else
#define AUDIOMUSE_NN_FFT_INL
#endif

#include <cstddef>
#include <type_traits>
#include <utility>

#include <hwy/highway.h>

#include <nn/detail/roots.hpp>

/// Behind the parameters of a lambda in a kernel: same instruction set as its surroundings, and no call.
#undef AUDIOMUSE_LAMBDA
#define AUDIOMUSE_LAMBDA HWY_ATTR __attribute__((always_inline))

HWY_BEFORE_NAMESPACE();
namespace audiomuse::nn::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::ScalableTag<float>;
using Vector = hn::Vec<Tag>;

struct Complex {
    Vector re;
    Vector im;
};

template <std::size_t I>
using Index = std::integral_constant<std::size_t, I>;

template <class Body, std::size_t... I>
HWY_INLINE void repeat_each(Body& body, std::index_sequence<I...>) {
    (body(Index<I>{}), ...);
}

/// Calls body(Index<0>{}) ... body(Index<Count - 1>{}).
template <std::size_t Count, class Body>
HWY_INLINE void repeat(Body body) {
    repeat_each(body, std::make_index_sequence<Count>{});
}

HWY_INLINE Complex operator+(Complex a, Complex b) { return {hn::Add(a.re, b.re), hn::Add(a.im, b.im)}; }
HWY_INLINE Complex operator-(Complex a, Complex b) { return {hn::Sub(a.re, b.re), hn::Sub(a.im, b.im)}; }
/// a + i b and a - i b.
HWY_INLINE Complex plus_i(Complex a, Complex b) { return {hn::Sub(a.re, b.im), hn::Add(a.im, b.re)}; }
HWY_INLINE Complex minus_i(Complex a, Complex b) { return {hn::Add(a.re, b.im), hn::Sub(a.im, b.re)}; }

HWY_INLINE Complex multiply(Complex a, Complex b) {
    return {hn::NegMulAdd(a.im, b.im, hn::Mul(a.re, b.re)), hn::MulAdd(a.im, b.re, hn::Mul(a.re, b.im))};
}
/// a times the conjugate of b.
HWY_INLINE Complex multiply_conjugate(Complex a, Complex b) {
    return {hn::MulAdd(a.im, b.im, hn::Mul(a.re, b.re)), hn::NegMulAdd(a.re, b.im, hn::Mul(a.im, b.re))};
}

/// a exp(2 pi i K / N), for 0 <= K / N < 1, with the cheap cases taken cheaply.
template <std::size_t K, std::size_t N>
HWY_INLINE Complex rotate(Complex a) {
    const Tag d;
    if constexpr (K % N == 0) {
        return a;
    } else if constexpr (4 * K == N) {
        return {hn::Neg(a.im), a.re};
    } else if constexpr (8 * K == N) {
        const auto root = hn::Set(d, static_cast<float>(nn::detail::cosine_of_turn(1, 8)));
        return {hn::Mul(hn::Sub(a.re, a.im), root), hn::Mul(hn::Add(a.re, a.im), root)};
    } else if constexpr (8 * K == 3 * N) {
        const auto root = hn::Set(d, static_cast<float>(nn::detail::cosine_of_turn(1, 8)));
        return {hn::Neg(hn::Mul(hn::Add(a.re, a.im), root)), hn::Mul(hn::Sub(a.re, a.im), root)};
    } else {
        return multiply(a, {hn::Set(d, static_cast<float>(nn::detail::cosine_of_turn(K, N))),
                            hn::Set(d, static_cast<float>(nn::detail::sine_of_turn(K, N)))});
    }
}

/// Complex transform of N = 1, 2, 4, 8, 16 or 32 values: x[k] = load(Index<k>), store(Index<n>, y[n]). With k = m + (N/4) b and
/// n = r + 4 s: N/4 transforms over b of length 4, twiddles w^(mr), four transforms over m of length N/4.
template <std::size_t N, class Load, class Store>
HWY_INLINE void inverse_fft(Load load, Store store) {
    if constexpr (N == 1) {
        store(Index<0>{}, load(Index<0>{}));
    } else if constexpr (N == 2) {
        const Complex a = load(Index<0>{});
        const Complex b = load(Index<1>{});
        store(Index<0>{}, a + b);
        store(Index<1>{}, a - b);
    } else if constexpr (N == 4) {
        const Complex a = load(Index<0>{});
        const Complex b = load(Index<1>{});
        const Complex c = load(Index<2>{});
        const Complex e = load(Index<3>{});
        const Complex even = a + c;
        const Complex odd = a - c;
        const Complex sum = b + e;
        const Complex difference = b - e;
        store(Index<0>{}, even + sum);
        store(Index<1>{}, plus_i(odd, difference));
        store(Index<2>{}, even - sum);
        store(Index<3>{}, minus_i(odd, difference));
    } else {
        constexpr std::size_t k_columns = N / 4;
        Complex middle[N];
        repeat<k_columns>([&](auto m) AUDIOMUSE_LAMBDA {
            inverse_fft<4>([&](auto b) AUDIOMUSE_LAMBDA { return load(Index<m() + k_columns * b()>{}); },
                           [&](auto r, Complex value)
                               AUDIOMUSE_LAMBDA { middle[r() * k_columns + m()] = rotate<m() * r(), N>(value); });
        });
        repeat<4>([&](auto r) AUDIOMUSE_LAMBDA {
            inverse_fft<k_columns>([&](auto m) AUDIOMUSE_LAMBDA { return middle[r() * k_columns + m()]; },
                                   [&](auto s, Complex value) AUDIOMUSE_LAMBDA { store(Index<r() + 4 * s()>{}, value); });
        });
    }
}

/// Real transform of N = 2, 4, 8, 16 or 32 values from a half spectrum: y[n] = real part of the sum over k = 0 ... N/2 of
/// x[k] w^(kn), where x[0] = load_real(Index<0>) and x[N/2] = load_real(Index<N/2>) are real, the others load(Index<k>). The
/// factor 2 that stands for the other half is up to the caller. y has room for N vectors.
///
/// Even bins are a real transform E of half the length. Odd bins are those with k = 1 mod 4 (in place of k = 3 mod 4 the
/// conjugate at N - k): with B = w^n times their complex transform of length N/4, y is E + Re B, E - Im B, E - Re B, E + Im B in
/// the four quarters.
template <std::size_t N, class LoadReal, class Load>
HWY_INLINE void real_inverse_fft(LoadReal load_real, Load load, Vector* HWY_RESTRICT y) {
    if constexpr (N == 2) {
        const Vector a = load_real(Index<0>{});
        const Vector b = load_real(Index<1>{});
        y[0] = hn::Add(a, b);
        y[1] = hn::Sub(a, b);
    } else {
        constexpr std::size_t k_quarter = N / 4;
        Vector even[N / 2];
        real_inverse_fft<N / 2>([&](auto k) AUDIOMUSE_LAMBDA { return load_real(Index<2 * k()>{}); },
                                [&](auto k) AUDIOMUSE_LAMBDA { return load(Index<2 * k()>{}); }, even);
        inverse_fft<k_quarter>(
            [&](auto q) AUDIOMUSE_LAMBDA {
                constexpr std::size_t k_bin = 4 * q() + 1;
                if constexpr (k_bin < N / 2) {
                    return load(Index<k_bin>{});
                } else {
                    const Complex value = load(Index<N - k_bin>{});
                    return Complex{value.re, hn::Neg(value.im)};
                }
            },
            [&](auto n, Complex value) AUDIOMUSE_LAMBDA {
                const Complex b = rotate<n(), N>(value);
                y[n()] = hn::Add(even[n()], b.re);
                y[n() + k_quarter] = hn::Sub(even[n() + k_quarter], b.im);
                y[n() + 2 * k_quarter] = hn::Sub(even[n()], b.re);
                y[n() + 3 * k_quarter] = hn::Add(even[n() + k_quarter], b.im);
            });
    }
}

} // namespace audiomuse::nn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
