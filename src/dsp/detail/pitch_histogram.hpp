#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace audiomuse::dsp::detail {

/// How strongly each pitch sounds over a track, in bins of 10 cents, from the peaks of its spectra. Constant memory.
class PitchHistogram {
  public:
    static constexpr int k_bins_per_semitone = 10;
    static constexpr double k_lowest_hz = 55.0;
    static constexpr double k_highest_hz = 3500.0;
    static constexpr std::size_t k_bin_count = 720; ///< six octaves up from 55 Hz

    /// Spectra of `bin_count` values, bins of `bin_hz`. Frames with no magnitude above `quietest_magnitude` are silence.
    PitchHistogram(std::size_t bin_count, double bin_hz, float quietest_magnitude);

    /// Adds the peaks of one frame, each with its magnitude relative to the largest: every frame counts alike. A frame whose
    /// largest magnitude is 60 dB below the largest of the track so far is silence, and passed over.
    void add(std::span<const std::complex<float>> spectrum);

    /// k_bin_count values. Bin b is centred on the pitch of 55 Hz (A1) plus 10 b cents.
    [[nodiscard]] std::span<const double> bins() const noexcept { return m_bins; }
    [[nodiscard]] std::size_t frames() const noexcept { return m_frames; }

  private:
    struct Peak {
        float power = 0;
        std::uint32_t bin = 0;
    };

    /// The local maxima of m_power from a bin on; valid until the next call.
    [[nodiscard]] std::span<Peak> find_peaks(std::size_t first, float least_power);
    void add_peak(const Peak& peak, float largest_magnitude);

    double m_bin_hz;
    float m_quietest_power;
    float m_largest_power = 0; ///< of the track so far
    std::vector<float> m_power;
    std::vector<Peak> m_peaks; ///< room for one a bin
    std::vector<double> m_bins;
    std::size_t m_frames = 0;
};

} // namespace audiomuse::dsp::detail
