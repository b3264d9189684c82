#include <dsp/mel.hpp>

#include <algorithm>
#include <cmath>

#include <dsp/pcm.hpp>

namespace audiomuse::dsp {
namespace {

constexpr double k_linear_hz_per_mel = 200.0 / 3.0;
constexpr double k_corner_hz = 1000.0;
constexpr double k_corner_mel = k_corner_hz / k_linear_hz_per_mel;

/// The logarithmic part has 27 mel from 1 kHz to 6.4 kHz.
double log_step() noexcept { return std::log(6.4) / 27.0; }

} // namespace

double hz_to_mel(double hz) noexcept {
    return hz < k_corner_hz ? hz / k_linear_hz_per_mel : k_corner_mel + std::log(hz / k_corner_hz) / log_step();
}

double mel_to_hz(double mel) noexcept {
    return mel < k_corner_mel ? mel * k_linear_hz_per_mel : k_corner_hz * std::exp((mel - k_corner_mel) * log_step());
}

MelFilterBank::MelFilterBank(const MelSettings& settings) {
    const double low_mel = hz_to_mel(settings.low_hz);
    const double mel_step = (hz_to_mel(settings.high_hz) - low_mel) / static_cast<double>(settings.bands + 1);
    const double bin_hz = static_cast<double>(k_sample_rate_hz) / static_cast<double>(settings.fft_size);
    const auto edge_hz = [&](std::size_t edge) { return mel_to_hz(low_mel + mel_step * static_cast<double>(edge)); };

    for (std::size_t band = 0; band < settings.bands; ++band) {
        const double low = edge_hz(band);
        const double centre = edge_hz(band + 1);
        const double high = edge_hz(band + 2);
        Band filled{.first_bin = 0, .first_weight = m_weights.size(), .count = 0};
        for (std::size_t bin = 0; bin <= settings.fft_size / 2; ++bin) {
            const double hz = bin_hz * static_cast<double>(bin);
            const double height = std::min((hz - low) / (centre - low), (high - hz) / (high - centre));
            if (height > 0.0) {
                filled.first_bin = filled.count == 0 ? bin : filled.first_bin;
                ++filled.count;
                m_weights.push_back(static_cast<float>(height * 2.0 / (high - low)));
            }
        }
        m_bands.push_back(filled);
    }
}

float MelFilterBank::largest_weight() const noexcept { return m_weights.empty() ? 0.0F : std::ranges::max(m_weights); }

void MelFilterBank::apply(std::span<const float> spectrum, std::span<float> bands) const noexcept {
    for (std::size_t b = 0; b < m_bands.size(); ++b) {
        const Band& band = m_bands[b];
        const float* const weights = m_weights.data() + band.first_weight;
        const float* const values = spectrum.data() + band.first_bin;
        float sum = 0.0F;
        for (std::size_t i = 0; i < band.count; ++i) {
            sum += weights[i] * values[i];
        }
        bands[b] = sum;
    }
}

} // namespace audiomuse::dsp
