#include <nn/detail/front.hpp>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/detail/front.cpp"
#include <hwy/foreach_target.h>
#include <nn/detail/fft-inl.hpp>

HWY_BEFORE_NAMESPACE();
namespace audiomuse::nn::HWY_NAMESPACE {
namespace {

constexpr std::size_t k_lanes = hn::MaxLanes(Tag());
constexpr std::size_t k_frames = nn::detail::front_tile_frames(k_lanes);
constexpr std::size_t k_taps = nn::detail::k_front_taps;
/// Vectors of one frame in the buffer: real and imaginary part of complex bin i at 2 i and 2 i + 1, then the two real bins.
constexpr std::size_t k_buffer_vectors = 2 * (nn::detail::k_complex_bins + 1);

/// sums[t] += sum over dt of weights[dt] * input[t + dt], for one channel and the frames of a tile.
HWY_INLINE void convolve_channel(const float* HWY_RESTRICT input, const float* HWY_RESTRICT weights, Vector (&sums)[k_frames]) {
    const Tag d;
    Vector taps[k_taps];
    repeat<k_taps>([&](auto dt) AUDIOMUSE_LAMBDA { taps[dt()] = hn::Load(d, weights + dt() * k_lanes); });
    repeat<k_frames + k_taps - 1>([&](auto row) AUDIOMUSE_LAMBDA {
        const Vector value = hn::Set(d, input[row() * nn::detail::k_spectrum_stride]);
        repeat<k_taps>([&](auto dt) AUDIOMUSE_LAMBDA {
            if constexpr (row() >= dt() && row() - dt() < k_frames) {
                sums[row() - dt()] = hn::MulAdd(taps[dt()], value, sums[row() - dt()]);
            }
        });
    });
}

HWY_INLINE void store_sums(const Vector (&sums)[k_frames], float* HWY_RESTRICT buffer) {
    repeat<k_frames>([&](auto t) AUDIOMUSE_LAMBDA { hn::Store(sums[t()], Tag(), buffer + t() * k_buffer_vectors * k_lanes); });
}

/// The spectra of the sums of one tile of frames and one group of filters, into the buffer.
HWY_NOINLINE void multiply_spectra(const float* HWY_RESTRICT spectra, const float* HWY_RESTRICT weights,
                                   float* HWY_RESTRICT buffer) {
    constexpr std::size_t k_step = k_taps * k_lanes;
    for (std::size_t bin = 0; bin < nn::detail::k_complex_bins; ++bin) {
        const float* const input = spectra + 3 * bin;
        const float* const channel = weights + 3 * bin * k_step;
        Vector common[k_frames];
        Vector real[k_frames];
        repeat<k_frames>([&](auto t) AUDIOMUSE_LAMBDA { common[t()] = hn::Zero(Tag()); });
        convolve_channel(input, channel, common);
        repeat<k_frames>([&](auto t) AUDIOMUSE_LAMBDA { real[t()] = common[t()]; });
        convolve_channel(input + 1, channel + k_step, real);
        store_sums(real, buffer + 2 * bin * k_lanes);
        convolve_channel(input + 2, channel + 2 * k_step, common);
        store_sums(common, buffer + (2 * bin + 1) * k_lanes);
    }
    for (std::size_t bin = 0; bin < nn::detail::k_real_bins; ++bin) {
        const std::size_t channel = 3 * nn::detail::k_complex_bins + bin;
        Vector sums[k_frames];
        repeat<k_frames>([&](auto t) AUDIOMUSE_LAMBDA { sums[t()] = hn::Zero(Tag()); });
        convolve_channel(spectra + channel, weights + channel * k_step, sums);
        store_sums(sums, buffer + (2 * nn::detail::k_complex_bins + bin) * k_lanes);
    }
}

/// The largest of the first `Positions` values of the inverse transform of one frame's spectrum.
template <std::size_t Positions>
HWY_NOINLINE Vector maximum_over_bands(const float* HWY_RESTRICT spectrum) {
    const Tag d;
    const auto load_complex = [&](std::size_t index) AUDIOMUSE_LAMBDA {
        return Complex{hn::Load(d, spectrum + 2 * index * k_lanes), hn::Load(d, spectrum + (2 * index + 1) * k_lanes)};
    };
    Vector a0[32];
    real_inverse_fft<32>(
        [&](auto k) AUDIOMUSE_LAMBDA { return hn::Load(d, spectrum + (2 * nn::detail::k_complex_bins + k() / 16) * k_lanes); },
        [&](auto k) AUDIOMUSE_LAMBDA { return load_complex(k() - 1); }, a0);

    Vector largest[4];
    repeat<4>([&](auto r) AUDIOMUSE_LAMBDA { largest[r()] = hn::Set(d, -hwy::HighestValue<float>()); });
    inverse_fft<32>([&](auto k) AUDIOMUSE_LAMBDA { return load_complex(15 + k()); },
                    [&](auto n, Complex value) AUDIOMUSE_LAMBDA {
                        const auto consider = [&](auto position) AUDIOMUSE_LAMBDA {
                            if constexpr (position() < Positions) {
                                const auto cosine = hn::Set(d, static_cast<float>(nn::detail::cosine_of_turn(position(), 96)));
                                const auto sine = hn::Set(d, static_cast<float>(nn::detail::sine_of_turn(position(), 96)));
                                const Vector x = hn::NegMulAdd(value.im, sine, hn::MulAdd(value.re, cosine, a0[n()]));
                                largest[n() % 4] = hn::Max(largest[n() % 4], x);
                            }
                        };
                        consider(Index<n()>{});
                        consider(Index<n() + 32>{});
                    });
    return hn::Max(hn::Max(largest[0], largest[1]), hn::Max(largest[2], largest[3]));
}

template <std::size_t Positions>
HWY_INLINE void convolve_front(const nn::detail::FrontArguments& f) {
    const Tag d;
    constexpr std::size_t k_groups = nn::detail::vectors_for(nn::detail::k_front_filters, k_lanes);
    for (std::size_t group = 0; group < k_groups; ++group) {
        const float* const weights = f.weights + group * nn::detail::k_spectrum_channels * k_taps * k_lanes;
        const float* const affine = f.affine + group * 4 * k_lanes;
        const Vector sign = hn::Load(d, affine);
        const Vector bias = hn::Load(d, affine + k_lanes);
        const Vector scale = hn::Load(d, affine + 2 * k_lanes);
        const Vector shift = hn::Load(d, affine + 3 * k_lanes);
        for (std::size_t first = 0; first < k_patch_frames; first += k_frames) {
            multiply_spectra(f.spectra + first * nn::detail::k_spectrum_stride, weights, f.buffer);
            for (std::size_t t = 0; t < k_frames && first + t < k_patch_frames; ++t) {
                const Vector largest = maximum_over_bands<Positions>(f.buffer + t * k_buffer_vectors * k_lanes);
                const Vector active = hn::Max(hn::MulAdd(sign, largest, bias), hn::Zero(d));
                hn::StoreU(hn::MulAdd(scale, active, shift), d, f.out + (first + t) * f.out_stride + group * k_lanes);
            }
        }
    }
}

void convolve_38(const nn::detail::FrontArguments& f) { convolve_front<97 - 38>(f); }
void convolve_67(const nn::detail::FrontArguments& f) { convolve_front<97 - 67>(f); }

} // namespace
} // namespace audiomuse::nn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <nn/detail/dispatch.hpp>

namespace audiomuse::nn {
HWY_EXPORT(convolve_38);
HWY_EXPORT(convolve_67);

detail::FrontFunction detail::front_38_function(InstructionSet set) noexcept {
    return function_for(HWY_DISPATCH_TABLE(convolve_38), set);
}
detail::FrontFunction detail::front_67_function(InstructionSet set) noexcept {
    return function_for(HWY_DISPATCH_TABLE(convolve_67), set);
}

} // namespace audiomuse::nn
#endif
