#pragma once

#include <optional>
#include <span>

#include <dsp/detail/pitch_histogram.hpp>
#include <dsp/stft.hpp>

namespace audiomuse::dsp {

enum class Mode { major, minor };

struct KeyEstimate {
    int tonic = 0; ///< pitch class, 0 = C to 11 = B
    Mode mode = Mode::major;
    double confidence = 0;   ///< 0 to 1: how well the key fits and how far it leads the next best one
    double tuning_cents = 0; ///< of the track against A = 440 Hz, -50 to 50
};

/// Finds the one key of a track, streaming, in constant memory.
///
/// The peaks of its spectra make a histogram of pitches in bins of 10 cents. From it come the tuning (the direction of the
/// histogram on the circle of one semitone) and then a chroma, for which each pitch votes for its own pitch class and, weaker,
/// for those whose second to fourth harmonic it may be (Gomez, "Tonal description of polyphonic audio for music content
/// processing", 2006). The key is the one of 24 templates, a major and a minor one in each of twelve rotations, that resembles
/// the chroma most.
///
/// There is no key where the pitches do not gather on a grid of semitones more than those of noise do: see pitch_salience in
/// key.cpp.
class KeyEstimator {
  public:
    KeyEstimator();

    /// Blocks of any length.
    void push(std::span<const float> pcm);
    /// Ends the track, and must be the last call. Nothing for silence, noise, and tracks below half a second.
    [[nodiscard]] std::optional<KeyEstimate> finish();

  private:
    Stft m_stft;
    detail::PitchHistogram m_histogram;
};

} // namespace audiomuse::dsp
