#include <dsp/tempo.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace audiomuse::dsp {
namespace {

using Periodicity = detail::OnsetEnvelope::Periodicity;

constexpr double k_frame_rate_hz = detail::OnsetDetector::k_frame_rate_hz;
constexpr double k_lowest_bpm = 35.0;
constexpr double k_highest_bpm = 260.0;
constexpr double k_bpm_step = 1.005;
constexpr int k_bpm_steps = 403; ///< from the lowest to the highest
constexpr double k_prior_centre_bpm = 130.0;
constexpr double k_prior_octaves = 1.54;
constexpr double k_shortest_s = 3.0;

constexpr std::array k_bar_comb{1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0};
constexpr std::array k_beat_comb{1.0, 0.8, 0.5, 0.6};
constexpr double k_low_bar_weight = 0.09;
constexpr double k_low_beat_weight = 0.31;
constexpr double k_half_beat_weight = 0.15;

constexpr auto k_max_lag =
    static_cast<std::size_t>(static_cast<double>(k_bar_comb.size()) * 60.0 / k_lowest_bpm * k_frame_rate_hz) + 2;

double frames_per_beat(double bpm) noexcept { return 60.0 * k_frame_rate_hz / bpm; }

double at(const Periodicity& periodicity, double lag) noexcept {
    const auto whole = static_cast<std::size_t>(lag);
    const double part = lag - static_cast<double>(whole);
    return (1.0 - part) * periodicity.autocorrelation[whole] + part * periodicity.autocorrelation[whole + 1];
}

/// The weighted mean of the autocorrelation at the multiples of a lag. Multiples beyond three quarters of the track are left out:
/// too few frames are that far apart.
template <std::size_t count>
double comb(const Periodicity& periodicity, double lag, const std::array<double, count>& weights) noexcept {
    double sum = 0.0;
    double weight_sum = 0.0;
    double multiple = lag;
    for (const double weight : weights) {
        if (multiple > 0.75 * periodicity.frames) {
            break;
        }
        sum += weight * at(periodicity, multiple);
        weight_sum += weight;
        multiple += lag;
    }
    return weight_sum > 0.0 ? sum / weight_sum : 0.0;
}

double score_of(const Periodicity& full, const Periodicity& low, double bpm) noexcept {
    const double lag = frames_per_beat(bpm);
    const double periodicity = comb(full, lag, k_bar_comb) + k_low_bar_weight * comb(low, lag, k_bar_comb) +
                               k_low_beat_weight * comb(low, lag, k_beat_comb) + k_half_beat_weight * at(full, 0.5 * lag);
    const double octaves = std::log2(bpm / k_prior_centre_bpm) / k_prior_octaves;
    return periodicity * std::exp(-0.5 * octaves * octaves);
}

/// The tempo with the largest score, between the steps of the search by a parabola.
double best_bpm(const Periodicity& full, const Periodicity& low) {
    const auto bpm_of = [](double step) { return k_lowest_bpm * std::pow(k_bpm_step, step); };
    std::vector<double> scores;
    for (int step = 0; step < k_bpm_steps; ++step) {
        scores.push_back(score_of(full, low, bpm_of(step)));
    }
    const auto best = static_cast<std::size_t>(std::ranges::max_element(scores) - scores.begin());
    double step = static_cast<double>(best);
    if (best > 0 && best + 1 < scores.size()) {
        const double curvature = scores[best - 1] - 2.0 * scores[best] + scores[best + 1];
        step += curvature < 0.0 ? 0.5 * (scores[best - 1] - scores[best + 1]) / curvature : 0.0;
    }
    return std::min(bpm_of(step), k_highest_bpm);
}

/// How far the onsets repeat at a tempo beyond what chance gives them: 0 for onsets at random, 1 for a perfect repetition.
double contrast_at(const Periodicity& full, double bpm) noexcept {
    // Onset strength is not negative, so even at random its autocorrelation is not 0.
    if (full.by_chance >= 1.0) {
        return 0.0;
    }
    return (comb(full, frames_per_beat(bpm), k_bar_comb) - full.by_chance) / (1.0 - full.by_chance);
}

/// Whether onsets of that contrast are a beat. The contrast of noise of any colour, also in gusts or as random clicks, goes with
/// one over the square root of the frames and stays below the bound here; over a minute music has 0.2 to 0.9, noise at most 0.05.
/// Their strength rules out what beats against the frames in steady tones (below 0.1; music: above 0.4).
/// Tonal sound is not noise, so there the strength alone decides: of music with a free beat this is the best guess, with little
/// confidence.
bool has_beat(const Periodicity& full, double contrast, Tonality tonality) noexcept {
    constexpr double k_least_strength = 0.1;
    constexpr double k_least_contrast = 0.04;
    constexpr double k_least_significance = 8.5;
    if (full.strength < k_least_strength) {
        return false;
    }
    return tonality == Tonality::present ||
           (contrast >= k_least_contrast && contrast >= k_least_significance / std::sqrt(full.frames));
}

} // namespace

TempoEstimator::TempoEstimator() : m_full(k_max_lag), m_low(k_max_lag) {}

void TempoEstimator::push(std::span<const float> pcm) {
    m_detector.push(pcm, [this](detail::OnsetStrength onset) {
        m_full.push(onset.full);
        m_low.push(onset.low);
    });
}

std::optional<TempoEstimate> TempoEstimator::finish(Tonality tonality) {
    const Periodicity full = m_full.finish();
    const Periodicity low = m_low.finish();
    if (full.strength <= 0.0 || full.frames < k_shortest_s * k_frame_rate_hz) {
        return std::nullopt;
    }
    const double bpm = best_bpm(full, low);
    const double contrast = contrast_at(full, bpm);
    if (!has_beat(full, contrast, tonality)) {
        return std::nullopt;
    }
    return TempoEstimate{.bpm = bpm, .confidence = std::clamp(contrast, 0.0, 1.0)};
}

} // namespace audiomuse::dsp
