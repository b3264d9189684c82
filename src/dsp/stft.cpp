#include <dsp/stft.hpp>

#include <algorithm>
#include <array>

#include <dsp/window.hpp>

namespace audiomuse::dsp {

Stft::Stft(std::size_t frame_size, std::size_t hop)
    : m_framer(frame_size, hop), m_window(periodic_hann(frame_size)), m_fft(frame_size) {}

std::span<const std::complex<float>> Stft::transform(std::span<const float> frame) noexcept {
    float* const windowed = m_fft.time().data();
    const float* const samples = frame.data();
    const float* const window = m_window.data();
    const std::size_t size = m_window.size();
    for (std::size_t n = 0; n < size; ++n) {
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

float largest_of(std::span<const float> values) noexcept {
    // Several maxima side by side, so that no comparison waits for the one before.
    std::array<float, 16> lanes;
    lanes.fill(values.front());
    std::size_t i = 0;
    for (; i + lanes.size() <= values.size(); i += lanes.size()) {
        for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
            lanes[lane] = values[i + lane] > lanes[lane] ? values[i + lane] : lanes[lane];
        }
    }
    const float rest = std::ranges::max(values.subspan(i == values.size() ? i - 1 : i));
    return std::max(rest, std::ranges::max(lanes));
}

} // namespace audiomuse::dsp
