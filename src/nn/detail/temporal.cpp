#include <nn/detail/temporal.hpp>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/detail/temporal.cpp"
#include <hwy/foreach_target.h>
#include <nn/detail/fft-inl.hpp>

HWY_BEFORE_NAMESPACE();
namespace audiomuse::nn::HWY_NAMESPACE {
namespace {

constexpr std::size_t k_lanes = hn::MaxLanes(Tag());
constexpr std::size_t k_length = nn::detail::k_temporal_length;

/// One transform of length 16 of the first pass, stored turned by w^(jr) as values [r][j] of the buffer.
template <class Load>
HWY_INLINE void first_pass(std::size_t j, const float* HWY_RESTRICT roots, float* HWY_RESTRICT buffer, Load load) {
    const Tag d;
    const float* const root = roots + j * 32;
    inverse_fft<16>(load, [&](auto r, Complex value) AUDIOMUSE_LAMBDA {
        const Complex turned = multiply(value, {hn::Set(d, root[2 * r()]), hn::Set(d, root[2 * r() + 1])});
        float* const out = buffer + (r() * 16 + j) * 2 * k_lanes;
        hn::Store(turned.re, d, out);
        hn::Store(turned.im, d, out + k_lanes);
    });
}

HWY_INLINE auto second_pass_load(std::size_t r, const float* HWY_RESTRICT buffer) {
    const float* const in = buffer + r * 16 * 2 * k_lanes;
    return [in](auto j) AUDIOMUSE_LAMBDA {
        return Complex{hn::Load(Tag(), in + j() * 2 * k_lanes), hn::Load(Tag(), in + (j() * 2 + 1) * k_lanes)};
    };
}

/// Spectra of k_lanes pairs of bands, the first of them `pair`: a forward transform as an inverse one with parts exchanged.
HWY_NOINLINE void transform_pairs(const nn::detail::TemporalArguments& t, std::size_t pair) {
    const Tag d;
    for (std::size_t j = 0; j < 16; ++j) {
        first_pass(j, t.roots, t.buffer, [&](auto b) AUDIOMUSE_LAMBDA {
            if constexpr (b() * 16 >= nn::detail::k_normalised_rows) {
                return Complex{hn::Zero(d), hn::Zero(d)};
            } else {
                const float* const row = t.normalised + (j + 16 * b()) * k_mel_bands + pair;
                return Complex{hn::LoadU(d, row + nn::detail::k_band_pairs), hn::LoadU(d, row)};
            }
        });
    }
    for (std::size_t r = 0; r < 16; ++r) {
        inverse_fft<16>(second_pass_load(r, t.buffer), [&](auto s, Complex value) AUDIOMUSE_LAMBDA {
            HWY_ALIGN float re[k_lanes];
            HWY_ALIGN float im[k_lanes];
            hn::Store(value.im, d, re);
            hn::Store(value.re, d, im);
            float* const out = t.spectra + (pair * k_length + r + 16 * s()) * 2;
            for (std::size_t lane = 0; lane < k_lanes; ++lane) {
                out[lane * k_length * 2] = re[lane];
                out[lane * k_length * 2 + 1] = im[lane];
            }
        });
    }
}

/// Raises the maxima to the sums of one pair of bands.
HWY_NOINLINE void convolve_pair(const float* HWY_RESTRICT spectrum, const float* HWY_RESTRICT weights,
                                const float* HWY_RESTRICT roots, float* HWY_RESTRICT buffer, float* HWY_RESTRICT maxima) {
    const Tag d;
    for (std::size_t j = 0; j < 16; ++j) {
        first_pass(j, roots, buffer, [&](auto b) AUDIOMUSE_LAMBDA {
            const std::size_t bin = j + 16 * b();
            const Complex z{hn::Set(d, spectrum[2 * bin]), hn::Set(d, spectrum[2 * bin + 1])};
            constexpr bool k_mirrored = b() >= 8;
            const float* const weight = weights + (k_mirrored ? k_length - bin : bin) * 2 * k_lanes;
            const Complex g{hn::Load(d, weight), hn::Load(d, weight + k_lanes)};
            if constexpr (k_mirrored) {
                return multiply_conjugate(z, g);
            } else {
                return multiply(z, g);
            }
        });
    }
    for (std::size_t r = 0; r < 16; ++r) {
        inverse_fft<16>(second_pass_load(r, buffer), [&](auto s, Complex value) AUDIOMUSE_LAMBDA {
            if constexpr (16 * s() < nn::detail::k_normalised_rows) {
                float* const maximum = maxima + (r + 16 * s()) * k_lanes;
                hn::Store(hn::Max(hn::Load(d, maximum), hn::Max(value.re, value.im)), d, maximum);
            }
        });
    }
}

void temporal_spectra(const nn::detail::TemporalArguments& t) {
    for (std::size_t pair = 0; pair < nn::detail::k_band_pairs; pair += k_lanes) {
        transform_pairs(t, pair);
    }
}

void temporal(const nn::detail::TemporalArguments& t) {
    const Tag d;
    float* const maxima = t.buffer + 2 * k_length * k_lanes;
    constexpr std::size_t k_groups = nn::detail::vectors_for(nn::detail::k_temporal_filters, k_lanes);
    for (std::size_t group = 0; group < k_groups; ++group) {
        const float* const weights = t.weights + group * nn::detail::k_temporal_bins * 2 * k_lanes;
        for (std::size_t frame = 0; frame < nn::detail::k_normalised_rows; ++frame) {
            hn::Store(hn::Set(d, -hwy::HighestValue<float>()), d, maxima + frame * k_lanes);
        }
        for (std::size_t pair = 0; pair < nn::detail::k_band_pairs; ++pair) {
            convolve_pair(t.spectra + pair * 2 * k_length, weights, t.roots, t.buffer, maxima);
        }
        const float* const affine = t.affine + group * 4 * k_lanes;
        const Vector sign = hn::Load(d, affine);
        const Vector bias = hn::Load(d, affine + k_lanes);
        const Vector scale = hn::Load(d, affine + 2 * k_lanes);
        const Vector shift = hn::Load(d, affine + 3 * k_lanes);
        for (std::size_t frame = 0; frame < k_patch_frames; ++frame) {
            const Vector active = hn::Max(hn::MulAdd(sign, hn::Load(d, maxima + frame * k_lanes), bias), hn::Zero(d));
            hn::StoreU(hn::MulAdd(scale, active, shift), d, t.out + frame * t.out_stride + group * k_lanes);
        }
    }
}

} // namespace
} // namespace audiomuse::nn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <nn/detail/dispatch.hpp>

namespace audiomuse::nn {
HWY_EXPORT(temporal_spectra);
HWY_EXPORT(temporal);

detail::TemporalFunction detail::temporal_spectra_function(InstructionSet set) noexcept {
    return function_for(HWY_DISPATCH_TABLE(temporal_spectra), set);
}
detail::TemporalFunction detail::temporal_function(InstructionSet set) noexcept {
    return function_for(HWY_DISPATCH_TABLE(temporal), set);
}

} // namespace audiomuse::nn
#endif
