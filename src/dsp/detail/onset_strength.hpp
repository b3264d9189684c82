#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

#include <dsp/mel.hpp>
#include <dsp/stft.hpp>

namespace audiomuse::dsp::detail {

/// How much louder the music got from one frame to the next, on a logarithmic scale.
struct OnsetStrength {
    float full = 0; ///< sum over all bands
    float low = 0;  ///< sum over the bands below about 700 Hz
};

/// Onset strength by spectral flux: the sum over mel bands of the positive difference in time of log(1 + 1000 m), where m is the
/// band's magnitude relative to the largest magnitude heard so far. Both frames of a difference are compressed with the same
/// reference, so a new maximum makes no onset of its own. Being relative, it does not depend on the volume of the track above the
/// floor of k_floor.
class OnsetDetector {
  public:
    static constexpr std::size_t k_frame_size = 768;
    static constexpr std::size_t k_hop = 192;
    static constexpr double k_frame_rate_hz = static_cast<double>(k_sample_rate_hz) / static_cast<double>(k_hop);

    OnsetDetector();

    /// Calls on_onset(OnsetStrength) for each frame that `pcm` completes.
    template <class OnOnset>
    void push(std::span<const float> pcm, OnOnset&& on_onset) {
        m_stft.push(pcm, [&](std::span<const std::complex<float>> spectrum) { on_onset(add_frame(spectrum)); });
    }

  private:
    OnsetStrength add_frame(std::span<const std::complex<float>> spectrum);
    void compress(std::span<const float> bands, std::span<float> compressed) const noexcept;

    Stft m_stft;
    MelFilterBank m_mel;
    std::vector<float> m_magnitudes;
    std::vector<float> m_bands;
    std::vector<float> m_previous_bands;
    std::vector<float> m_compressed;
    std::vector<float> m_previous_compressed;
    float m_largest_weight;
    float m_reference;
    bool m_started = false;
};

} // namespace audiomuse::dsp::detail
