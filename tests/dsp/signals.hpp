#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include <dsp/pcm.hpp>

namespace audiomuse::dsp::test {

inline constexpr double k_rate = k_sample_rate_hz;

inline std::size_t samples_of(double seconds) { return static_cast<std::size_t>(seconds * k_rate); }

inline std::vector<float> sine(double hz, double seconds, double amplitude) {
    std::vector<float> pcm(samples_of(seconds));
    for (std::size_t n = 0; n < pcm.size(); ++n) {
        pcm[n] = static_cast<float>(amplitude * std::sin(2.0 * std::numbers::pi * hz * static_cast<double>(n) / k_rate));
    }
    return pcm;
}

inline void add(std::span<float> pcm, std::span<const float> other) {
    for (std::size_t n = 0; n < std::min(pcm.size(), other.size()); ++n) {
        pcm[n] += other[n];
    }
}

/// Numerical Recipes' 64-bit linear congruential generator, its upper bits: the same numbers everywhere.
class Noise {
  public:
    explicit Noise(std::uint64_t seed) : m_state(seed) {}
    /// -1 to 1.
    float next() {
        m_state = m_state * 6364136223846793005U + 1442695040888963407U;
        return static_cast<float>(static_cast<double>(m_state >> 33U) * 0x1p-30 - 1.0);
    }

  private:
    std::uint64_t m_state;
};

/// White noise, made darker by one pole at `smoothing` (0: white; 0.99: nearly brown).
inline std::vector<float> noise(double seconds, double amplitude, double smoothing, std::uint64_t seed) {
    Noise random(seed);
    std::vector<float> pcm(samples_of(seconds));
    double state = 0.0;
    for (float& sample : pcm) {
        state = smoothing * state + (1.0 - smoothing) * random.next();
        sample = static_cast<float>(amplitude * state);
    }
    return pcm;
}

/// Short bursts of a decaying 1 kHz tone, one a beat.
inline std::vector<float> clicks(double bpm, double seconds, double amplitude) {
    std::vector<float> pcm(samples_of(seconds));
    const std::vector<float> tone = sine(1000.0, 0.05, amplitude);
    for (double beat_s = 0.1; beat_s < seconds; beat_s += 60.0 / bpm) {
        const std::size_t start = samples_of(beat_s);
        for (std::size_t n = 0; n < tone.size() && start + n < pcm.size(); ++n) {
            pcm[start + n] += tone[n] * static_cast<float>(std::exp(-static_cast<double>(n) / 160.0));
        }
    }
    return pcm;
}

/// Pushes `pcm` in blocks of these lengths, in turn.
template <class Consumer>
void push_in_blocks(Consumer& consumer, std::span<const float> pcm, std::span<const std::size_t> lengths) {
    for (std::size_t i = 0; !pcm.empty(); ++i) {
        const std::size_t count = std::min(lengths[i % lengths.size()], pcm.size());
        consumer.push(pcm.first(count));
        pcm = pcm.subspan(count);
    }
}

} // namespace audiomuse::dsp::test
