#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace audiomuse::dsp {

/// The mel scale of Slaney's Auditory Toolbox: linear below 1 kHz, logarithmic above.
[[nodiscard]] double hz_to_mel(double hz) noexcept;
[[nodiscard]] double mel_to_hz(double mel) noexcept;

struct MelSettings {
    std::size_t bands = 0;
    std::size_t fft_size = 0;
    double low_hz = 0;
    double high_hz = 0;
};

/// Triangular bands, equally spaced on the mel scale, each of area one over its frequencies in Hz ("Slaney norm"): what librosa's
/// filters.mel computes by default. Only the weights that are not zero are kept.
class MelFilterBank {
  public:
    explicit MelFilterBank(const MelSettings& settings);

    [[nodiscard]] std::size_t band_count() const noexcept { return m_bands.size(); }
    /// The largest weight of all bands.
    [[nodiscard]] float largest_weight() const noexcept;

    /// Weighted sums of `spectrum` (fft_size / 2 + 1 values) into `bands` (band_count() values).
    void apply(std::span<const float> spectrum, std::span<float> bands) const noexcept;

  private:
    struct Band {
        std::size_t first_bin = 0;
        std::size_t first_weight = 0;
        std::size_t count = 0;
    };
    std::vector<Band> m_bands;
    std::vector<float> m_weights;
};

} // namespace audiomuse::dsp
