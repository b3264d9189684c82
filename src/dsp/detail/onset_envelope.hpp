#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <vector>

#include <dsp/detail/autocorrelation.hpp>

namespace audiomuse::dsp::detail {

/// The periodicity of a stream of onset strengths. Silence (0) at both ends is passed over; each value is smoothed with a Hann
/// window of 5 frames, the mean of the second around it is taken off, what is negative becomes 0. Each stretch of 15 s is then
/// divided by its root mean square, so that in a track of several parts they count by their length and not by their loudness, and
/// the autocorrelation of all is accumulated.
class OnsetEnvelope {
  public:
    explicit OnsetEnvelope(std::size_t max_lag);

    void push(float onset_strength);

    struct Periodicity {
        std::vector<double> autocorrelation; ///< unbiased, 1 at lag 0 (all 0 when nothing was heard), max_lag + 1 values
        double by_chance = 0;                ///< what the autocorrelation would be had the onsets of each stretch come at random
        double strength = 0;                 ///< mean of the envelope where there is one, before the division
        double frames = 0;
    };
    /// Ends the stream, and must be the last call.
    [[nodiscard]] Periodicity finish();

  private:
    static constexpr std::size_t k_smoothing = 5;
    static constexpr std::size_t k_mean_reach = 41; ///< frames on either side: one second with the one between
    static constexpr std::size_t k_stretch = 1250;  ///< frames: 15 s
    static constexpr std::size_t k_part = 250;      ///< of a stretch, 3 s
    static constexpr double k_least_level = 0.1;    ///< weaker stretches are not made as strong as others

    void add(float onset_strength);

    void smooth(float onset_strength);
    void add_smoothed(float value);
    void emit();
    void end_stretch();

    std::vector<float> m_kernel;
    std::array<float, k_smoothing> m_recent{};
    std::size_t m_pushed = 0;
    std::size_t m_silent = 0;   ///< zeros since the last sound
    std::deque<float> m_around; ///< smoothed values from k_mean_reach before the next to leave
    std::size_t m_next = 0;     ///< index in m_around of the next value to leave
    double m_around_sum = 0;
    std::vector<float> m_stretch;   ///< envelope of the stretch under way
    double m_weighted_mean_sum = 0; ///< of all stretches: the mean of each, times the sum of each
    double m_envelope_sum = 0;
    double m_squared_mean_sum = 0; ///< of all stretches after the division: mean squared, times frames
    Autocorrelation m_autocorrelation;
};

} // namespace audiomuse::dsp::detail
