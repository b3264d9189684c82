#include <dsp/stft.hpp>

#include <dsp/window.hpp>

namespace audiomuse::dsp {

Stft::Stft(std::size_t frame_size, std::size_t hop)
    : m_framer(frame_size, hop), m_window(periodic_hann(frame_size)), m_fft(frame_size) {}

std::span<const std::complex<float>> Stft::transform(std::span<const float> frame) noexcept {
    float* const windowed = m_fft.time().data();
    const float* const samples = frame.data();
    const float* const window = m_window.data();
    for (std::size_t n = 0; n < m_window.size(); ++n) {
        windowed[n] = samples[n] * window[n];
    }
    m_fft.forward();
    return m_fft.spectrum();
}

void power_spectrum(std::span<const std::complex<float>> spectrum, std::span<float> power) noexcept {
    // A complex number is an array of its two parts.
    const float* const parts = reinterpret_cast<const float*>(spectrum.data());
    float* const squares = power.data();
    for (std::size_t k = 0; k < spectrum.size(); ++k) {
        squares[k] = parts[2 * k] * parts[2 * k] + parts[2 * k + 1] * parts[2 * k + 1];
    }
}

} // namespace audiomuse::dsp
