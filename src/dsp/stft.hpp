#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

#include <dsp/framer.hpp>
#include <dsp/real_fft.hpp>

namespace audiomuse::dsp {

/// A streaming short-time Fourier transform with a periodic Hann window and without centring: frame i starts at sample i * hop.
class Stft {
  public:
    /// Requires 0 < hop <= frame_size.
    Stft(std::size_t frame_size, std::size_t hop);

    [[nodiscard]] std::size_t bin_count() const noexcept { return m_fft.bin_count(); }
    /// The width of a bin.
    [[nodiscard]] double bin_hz() const noexcept {
        return static_cast<double>(k_sample_rate_hz) / static_cast<double>(m_fft.size());
    }

    /// Calls on_spectrum(std::span<const std::complex<float>>) with bin_count() values for each frame that `pcm` completes; the
    /// span is valid during the call only.
    template <class OnSpectrum>
    void push(std::span<const float> pcm, OnSpectrum&& on_spectrum) {
        m_framer.push(pcm, [&](std::span<const float> frame) { on_spectrum(transform(frame)); });
    }

  private:
    std::span<const std::complex<float>> transform(std::span<const float> frame) noexcept;

    Framer m_framer;
    std::vector<float> m_window;
    RealFft m_fft;
};

/// The squared magnitude of each bin.
void power_spectrum(std::span<const std::complex<float>> spectrum, std::span<float> power) noexcept;

/// The largest of at least one value; none may be NaN.
[[nodiscard]] float largest_of(std::span<const float> values) noexcept;

} // namespace audiomuse::dsp
