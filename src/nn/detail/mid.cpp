#include <nn/detail/mid.hpp>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/detail/mid.cpp"
#include <hwy/foreach_target.h>
#include <nn/detail/fft-inl.hpp>

HWY_BEFORE_NAMESPACE();
namespace audiomuse::nn::HWY_NAMESPACE {
namespace {

constexpr std::size_t k_lanes = hn::MaxLanes(Tag());
constexpr std::size_t k_last_bin = nn::detail::k_mid_length / 2;

/// The spectra of one block of 2 * k_lanes channels.
HWY_NOINLINE void transform_block(const float* HWY_RESTRICT input, float* HWY_RESTRICT spectra, std::size_t product_stride) {
    const Tag d;
    // A forward transform is an inverse one with real and imaginary parts exchanged before and after.
    Complex z[nn::detail::k_mid_length];
    inverse_fft<nn::detail::k_mid_length>(
        [&](auto t) AUDIOMUSE_LAMBDA {
            const float* const row = input + t() * nn::detail::k_feature_stride;
            return Complex{hn::Load(d, row + k_lanes), hn::Load(d, row)};
        },
        [&](auto k, Complex value) AUDIOMUSE_LAMBDA {
            z[k()] = {value.im, value.re};
        });

    const auto put = [&](std::size_t product, Vector u, Vector v) AUDIOMUSE_LAMBDA {
        hn::Store(u, d, spectra + product * product_stride);
        hn::Store(v, d, spectra + product * product_stride + k_lanes);
    };
    repeat<nn::detail::k_mid_complex_bins>([&](auto i) AUDIOMUSE_LAMBDA {
        const Complex low = z[i() + 1];
        const Complex high = z[nn::detail::k_mid_length - 1 - i()];
        const Complex u{hn::Add(low.re, high.re), hn::Sub(low.im, high.im)};
        const Complex v{hn::Add(low.im, high.im), hn::Sub(high.re, low.re)};
        put(3 * i(), hn::Add(u.re, u.im), hn::Add(v.re, v.im));
        put(3 * i() + 1, u.im, v.im);
        put(3 * i() + 2, u.re, v.re);
    });
    put(3 * nn::detail::k_mid_complex_bins, z[0].re, z[0].im);
    put(3 * nn::detail::k_mid_complex_bins + 1, z[k_last_bin].re, z[k_last_bin].im);
}

void mid_spectra(const nn::detail::MidArguments& m) {
    for (std::size_t block = 0; block < nn::detail::k_blocks; ++block) {
        for (std::size_t channel = 0; channel < m.channels; channel += 2 * k_lanes) {
            transform_block(m.input + block * nn::detail::k_block_outputs * nn::detail::k_feature_stride + channel,
                            m.spectra + block * m.channels + channel, nn::detail::k_block_rows * m.channels);
        }
    }
}

/// The sums of one block and k_lanes filters, at 16 times; the first 10 are valid.
HWY_INLINE void inverse_block(const float* HWY_RESTRICT sums, Vector* HWY_RESTRICT y) {
    const auto product = [&](std::size_t index) AUDIOMUSE_LAMBDA {
        return hn::Load(Tag(), sums + index * nn::detail::k_block_rows * k_mid_channels);
    };
    real_inverse_fft<nn::detail::k_mid_length>(
        [&](auto k) AUDIOMUSE_LAMBDA { return product(3 * nn::detail::k_mid_complex_bins + k() / k_last_bin); },
        [&](auto k) AUDIOMUSE_LAMBDA {
            const Vector common = product(3 * (k() - 1));
            return Complex{hn::Add(common, product(3 * (k() - 1) + 1)), hn::Add(common, product(3 * (k() - 1) + 2))};
        },
        y);
}

void mid_outputs(const nn::detail::MidArguments& m) {
    const Tag d;
    for (std::size_t block = 0; block < nn::detail::k_blocks; ++block) {
        for (std::size_t filter = 0; filter < k_mid_channels; filter += k_lanes) {
            Vector y[nn::detail::k_mid_length];
            inverse_block(m.sums + block * k_mid_channels + filter, y);
            const Vector bias = hn::Load(d, m.affine + filter);
            const Vector scale = hn::Load(d, m.affine + k_mid_channels + filter);
            const Vector shift = hn::Load(d, m.affine + 2 * k_mid_channels + filter);
            const std::size_t first = block * nn::detail::k_block_outputs;
            for (std::size_t n = 0; n < nn::detail::k_block_outputs && first + n < k_patch_frames; ++n) {
                const std::size_t at = (first + n) * nn::detail::k_feature_stride + filter;
                Vector value = hn::MulAdd(scale, hn::Max(hn::Add(y[n], bias), hn::Zero(d)), shift);
                if (m.residual != nullptr) {
                    value = hn::Add(value, hn::Load(d, m.residual + at));
                }
                hn::Store(value, d, m.out + at);
            }
        }
    }
}

} // namespace
} // namespace audiomuse::nn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <nn/detail/dispatch.hpp>

namespace audiomuse::nn {
HWY_EXPORT(mid_spectra);
HWY_EXPORT(mid_outputs);

detail::MidFunction detail::mid_spectra_function(InstructionSet set) noexcept {
    return function_for(HWY_DISPATCH_TABLE(mid_spectra), set);
}
detail::MidFunction detail::mid_outputs_function(InstructionSet set) noexcept {
    return function_for(HWY_DISPATCH_TABLE(mid_outputs), set);
}

} // namespace audiomuse::nn
#endif
