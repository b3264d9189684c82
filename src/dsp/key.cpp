#include <dsp/key.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>
#include <numeric>

namespace audiomuse::dsp {
namespace {

using detail::PitchHistogram;
using Chroma = std::array<double, 12>; ///< C, C#, ... B; in templates: the tonic first

constexpr std::size_t k_frame_size = 6144;
constexpr std::size_t k_hop = 1536;
/// The largest magnitude of a sine 100 dB below full scale under the Hann window.
constexpr float k_quietest_magnitude = 1e-5F * 0.25F * static_cast<float>(k_frame_size);

constexpr int k_harmonics = 4;
constexpr double k_harmonic_decay = 0.6;
constexpr double k_vote_reach_semitones = 0.67;
constexpr double k_lowest_bin_pitch_class = 9.0; ///< A, see PitchHistogram::k_lowest_hz

/// Key templates fitted on MIDI of pop songs and of Chopin's preludes, starting from those of Faraldo et al., "Key estimation in
/// electronic dance music", 2016.
constexpr Chroma k_major_template{2.74, 0.01, 1.23, 0.00, 1.61, 0.93, 0.06, 2.32, 0.13, 1.04, 0.38, 0.95};
constexpr Chroma k_minor_template{2.91, 0.05, 1.18, 1.18, 0.03, 1.13, 0.08, 2.19, 0.82, 0.00, 1.09, 0.75};
constexpr double k_minor_bonus = 0.22;
/// The score of a chroma that is the template itself, about alike for both templates.
constexpr double k_perfect_score = 10.5;
/// A lead over the next best key that leaves no doubt.
constexpr double k_clear_lead = 1.5;

double mean(const Chroma& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

struct Tuning {
    double semitones = 0;     ///< -0.5 to 0.5
    double concentration = 0; ///< 0: pitches lie anywhere between the semitones; 1: all are equally far off them
};

/// On the circle of one semitone. The direction is that of square roots, so that a few loud notes do not decide it.
Tuning tuning_of(std::span<const double> bins) {
    std::complex<double> direction;
    std::complex<double> sum;
    double total = 0.0;
    for (std::size_t b = 0; b < bins.size(); ++b) {
        const double angle = 2.0 * std::numbers::pi * static_cast<double>(b) / PitchHistogram::k_bins_per_semitone;
        direction += std::polar(std::sqrt(bins[b]), angle);
        sum += std::polar(bins[b], angle);
        total += bins[b];
    }
    if (total <= 0.0) {
        return {};
    }
    return {.semitones = std::arg(direction) / (2.0 * std::numbers::pi), .concentration = std::abs(sum) / total};
}

/// Whether the pitches of that many frames can be those of music. Of noise they are spread evenly: their concentration is near 0
/// (below 0.013 over minutes) and goes with one over the square root of the frames (their product stays below 1). The most
/// distorted metal song at hand has a concentration of 0.05 and a product of 2.3; most music has a concentration of 0.3 to 0.9.
bool pitch_salience(const Tuning& tuning, std::size_t frames) {
    constexpr double k_least_concentration = 0.02;
    constexpr double k_least_product = 1.3;
    return tuning.concentration >= k_least_concentration &&
           tuning.concentration * std::sqrt(static_cast<double>(frames)) >= k_least_product;
}

/// Adds a vote for a pitch (semitones above C) to the pitch classes within reach.
void vote(Chroma& chroma, double pitch, double weight) {
    for (std::size_t pitch_class = 0; pitch_class < chroma.size(); ++pitch_class) {
        const double distance = std::remainder(pitch - static_cast<double>(pitch_class), 12.0);
        if (std::abs(distance) < k_vote_reach_semitones) {
            const double nearness = std::cos(0.5 * std::numbers::pi * distance / k_vote_reach_semitones);
            chroma[pitch_class] += weight * nearness * nearness;
        }
    }
}

Chroma chroma_of(std::span<const double> bins, double tuning_semitones) {
    Chroma chroma{};
    for (std::size_t b = 0; b < bins.size(); ++b) {
        const double pitch =
            k_lowest_bin_pitch_class + static_cast<double>(b) / PitchHistogram::k_bins_per_semitone - tuning_semitones;
        double weight = bins[b];
        for (int harmonic = 1; harmonic <= k_harmonics && weight > 0.0; ++harmonic, weight *= k_harmonic_decay) {
            vote(chroma, pitch - 12.0 * std::log2(static_cast<double>(harmonic)), weight);
        }
    }
    return chroma;
}

/// To a mean of zero and a standard deviation of one; false when all values are equal.
bool standardise(Chroma& chroma) {
    const double centre = mean(chroma);
    double power = 0.0;
    for (double& value : chroma) {
        value -= centre;
        power += value * value / static_cast<double>(chroma.size());
    }
    if (power <= 0.0) {
        return false;
    }
    for (double& value : chroma) {
        value /= std::sqrt(power);
    }
    return true;
}

double score_of(const Chroma& standardised, const Chroma& key_template, int tonic) {
    const double centre = mean(key_template);
    double score = 0.0;
    for (std::size_t degree = 0; degree < key_template.size(); ++degree) {
        score += standardised[(degree + static_cast<std::size_t>(tonic)) % standardised.size()] * (key_template[degree] - centre);
    }
    return score;
}

} // namespace

KeyEstimator::KeyEstimator()
    : m_stft(k_frame_size, k_hop), m_histogram(m_stft.bin_count(), m_stft.bin_hz(), k_quietest_magnitude) {}

void KeyEstimator::push(std::span<const float> pcm) {
    m_stft.push(pcm, [this](std::span<const std::complex<float>> spectrum) { m_histogram.add(spectrum); });
}

std::optional<KeyEstimate> KeyEstimator::finish() {
    const Tuning tuning = tuning_of(m_histogram.bins());
    if (!pitch_salience(tuning, m_histogram.frames())) {
        return std::nullopt;
    }
    Chroma chroma = chroma_of(m_histogram.bins(), tuning.semitones);
    if (!standardise(chroma)) {
        return std::nullopt;
    }
    KeyEstimate best;
    double best_score = -1e9;
    double second_score = best_score;
    for (const Mode mode : {Mode::major, Mode::minor}) {
        for (int tonic = 0; tonic < 12; ++tonic) {
            const double score = mode == Mode::major ? score_of(chroma, k_major_template, tonic)
                                                     : score_of(chroma, k_minor_template, tonic) + k_minor_bonus;
            if (score > best_score) {
                second_score = best_score;
                best_score = score;
                best.tonic = tonic;
                best.mode = mode;
            } else {
                second_score = std::max(second_score, score);
            }
        }
    }
    best.confidence =
        std::clamp(best_score / k_perfect_score, 0.0, 1.0) * std::min((best_score - second_score) / k_clear_lead, 1.0);
    best.tuning_cents = 100.0 * tuning.semitones;
    return best;
}

} // namespace audiomuse::dsp
