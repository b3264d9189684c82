#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <vector>

#include <dsp/detail/autocorrelation.hpp>

namespace audiomuse::dsp::detail {

/// The periodicity of a stream of onset strengths: each value is smoothed with a Hann window of 5 frames, the mean of the second
/// around it is taken off, what is negative becomes 0, and the autocorrelation of the rest is accumulated.
class OnsetEnvelope {
  public:
    explicit OnsetEnvelope(std::size_t max_lag);

    void push(float onset_strength);

    struct Periodicity {
        std::vector<double> autocorrelation; ///< unbiased, 1 at lag 0 (all 0 when nothing was heard), max_lag + 1 values
        double mean = 0;                     ///< of the envelope
        double power = 0;                    ///< mean square of the envelope
        double frames = 0;
    };
    /// Ends the stream, and must be the last call.
    [[nodiscard]] Periodicity finish();

  private:
    static constexpr std::size_t k_smoothing = 5;
    static constexpr std::size_t k_mean_reach = 41; ///< frames on either side: one second with the one between

    void smooth(float onset_strength);
    void add_smoothed(float value);
    void emit();

    std::vector<float> m_kernel;
    std::array<float, k_smoothing> m_recent{};
    std::size_t m_pushed = 0;
    std::deque<float> m_around; ///< smoothed values from k_mean_reach before the next to leave
    std::size_t m_next = 0;     ///< index in m_around of the next value to leave
    double m_around_sum = 0;
    double m_envelope_sum = 0;
    Autocorrelation m_autocorrelation;
};

} // namespace audiomuse::dsp::detail
