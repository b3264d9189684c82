#pragma once

#include <optional>
#include <span>

#include <dsp/detail/onset_envelope.hpp>
#include <dsp/detail/onset_strength.hpp>

namespace audiomuse::dsp {

struct TempoEstimate {
    double bpm = 0;        ///< 35 to 260
    double confidence = 0; ///< 0 to 1: how well the onsets repeat at the beat, its half bars and its bars
};

/// What else is known of the sound. Noise and tonal music with a free beat look alike in their onsets alone.
enum class Tonality {
    unknown,
    present ///< it has a key, so it is not noise
};

/// Finds the one tempo of a track, streaming, in constant memory.
///
/// Onset strength (spectral flux in mel bands, of all bands and of the low ones) is made into a periodicity by autocorrelation
/// over the whole track; each tempo from 35 to 260 BPM is scored by a comb of its multiples, so that half bars and bars vote too
/// (after Percival and Tzanetakis, "Streamlined tempo estimation based on autocorrelation and cross-correlation with pulses",
/// 2014), and by a wide log-normal prior; the best one wins.
///
/// There is no tempo where the onsets repeat no better than those of noise, unless the sound is known to be tonal: then only
/// steady tones have none. See has_beat in tempo.cpp.
class TempoEstimator {
  public:
    TempoEstimator();

    /// Blocks of any length.
    void push(std::span<const float> pcm);
    /// Ends the track, and must be the last call. Nothing for silence, steady tones, noise, and tracks below three seconds.
    [[nodiscard]] std::optional<TempoEstimate> finish(Tonality tonality = Tonality::unknown);

  private:
    detail::OnsetDetector m_detector;
    detail::OnsetEnvelope m_full;
    detail::OnsetEnvelope m_low;
};

} // namespace audiomuse::dsp
