#include <dsp/detail/onset_strength.hpp>

#include <algorithm>
#include <cmath>

namespace audiomuse::dsp::detail {
namespace {

constexpr MelSettings k_mel{.bands = 45, .fft_size = OnsetDetector::k_frame_size, .low_hz = 30.0, .high_hz = 8000.0};
constexpr std::size_t k_low_bands = 10;
constexpr float k_compression = 1000.0F;
/// The largest magnitude of a sine of amplitude 0.001 under the Hann window: quieter tracks are not blown up to full scale.
constexpr float k_floor = 0.001F * 0.25F * static_cast<float>(OnsetDetector::k_frame_size);

} // namespace

OnsetDetector::OnsetDetector()
    : m_stft(k_frame_size, k_hop), m_mel(k_mel), m_magnitudes(m_stft.bin_count()), m_bands(k_mel.bands),
      m_previous_bands(k_mel.bands), m_compressed(k_mel.bands), m_previous_compressed(k_mel.bands),
      m_largest_weight(m_mel.largest_weight()), m_reference(k_floor) {}

OnsetStrength OnsetDetector::add_frame(std::span<const std::complex<float>> spectrum) {
    power_spectrum(spectrum, m_magnitudes);
    for (float& magnitude : m_magnitudes) {
        magnitude = std::sqrt(magnitude);
    }
    m_mel.apply(m_magnitudes, m_bands);

    const auto first_bin = static_cast<std::size_t>(std::ceil(k_mel.low_hz / m_stft.bin_hz()));
    const float largest = largest_of(std::span<const float>(m_magnitudes).subspan(first_bin));
    if (largest > m_reference) {
        m_reference = largest;
        compress(m_previous_bands, m_previous_compressed);
    }
    compress(m_bands, m_compressed);

    OnsetStrength onset;
    if (m_started) {
        for (std::size_t band = 0; band < m_compressed.size(); ++band) {
            const float rise = std::max(0.0F, m_compressed[band] - m_previous_compressed[band]);
            onset.full += rise;
            onset.low += band < k_low_bands ? rise : 0.0F;
        }
    }
    m_started = true;
    m_bands.swap(m_previous_bands);
    m_compressed.swap(m_previous_compressed);
    return onset;
}

void OnsetDetector::compress(std::span<const float> bands, std::span<float> compressed) const noexcept {
    const float scale = k_compression / (m_reference * m_largest_weight);
    std::ranges::transform(bands, compressed.begin(), [scale](float band) { return std::log(1.0F + scale * band); });
}

} // namespace audiomuse::dsp::detail
