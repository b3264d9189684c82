#include <dsp/detail/onset_envelope.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include <dsp/window.hpp>

namespace audiomuse::dsp::detail {

OnsetEnvelope::OnsetEnvelope(std::size_t max_lag) : m_kernel(hann_kernel(k_smoothing)), m_autocorrelation(max_lag) {}

void OnsetEnvelope::push(float onset_strength) {
    if (onset_strength <= 0.0F) {
        ++m_silent;
        return;
    }
    for (; m_silent > 0; --m_silent) {
        if (m_pushed > 0) {
            add(0.0F);
        }
    }
    add(onset_strength);
}

void OnsetEnvelope::add(float onset_strength) {
    ++m_pushed;
    smooth(onset_strength);
}

void OnsetEnvelope::smooth(float onset_strength) {
    std::shift_left(m_recent.begin(), m_recent.end(), 1);
    m_recent.back() = onset_strength;
    if (m_pushed > k_smoothing / 2) {
        add_smoothed(std::inner_product(m_recent.begin(), m_recent.end(), m_kernel.begin(), 0.0F));
    }
}

void OnsetEnvelope::add_smoothed(float value) {
    m_around.push_back(value);
    m_around_sum += value;
    if (m_around.size() - m_next > k_mean_reach) {
        emit();
    }
}

void OnsetEnvelope::emit() {
    const double mean = m_around_sum / static_cast<double>(m_around.size());
    m_stretch.push_back(std::max(0.0F, m_around[m_next] - static_cast<float>(mean)));
    if (m_stretch.size() == k_stretch) {
        end_stretch();
    }
    if (++m_next > k_mean_reach) {
        m_around_sum -= m_around.front();
        m_around.pop_front();
        --m_next;
    }
}

void OnsetEnvelope::end_stretch() {
    const auto frames = static_cast<double>(m_stretch.size());
    const double sum = std::accumulate(m_stretch.begin(), m_stretch.end(), 0.0);
    const double power = std::inner_product(m_stretch.begin(), m_stretch.end(), m_stretch.begin(), 0.0) / frames;
    const double level = std::max(std::sqrt(power), k_least_level);
    for (const float value : m_stretch) {
        m_autocorrelation.push(static_cast<float>(value / level));
    }
    m_envelope_sum += sum;
    m_weighted_mean_sum += sum * sum / frames;
    for (auto part = std::span<const float>(m_stretch); !part.empty();) {
        const auto now = part.first(std::min(part.size(), k_part));
        const double part_sum = std::accumulate(now.begin(), now.end(), 0.0) / level;
        m_squared_mean_sum += part_sum * part_sum / static_cast<double>(now.size());
        part = part.subspan(now.size());
    }
    m_stretch.clear();
}

OnsetEnvelope::Periodicity OnsetEnvelope::finish() {
    const std::size_t onsets = m_pushed;
    for (std::size_t i = 0; i < k_smoothing / 2; ++i) {
        ++m_pushed;
        if (m_autocorrelation.count() + m_stretch.size() + m_around.size() - m_next < onsets) {
            smooth(0.0F);
        }
    }
    while (m_next < m_around.size()) {
        emit();
    }
    if (!m_stretch.empty()) {
        end_stretch();
    }
    Periodicity result;
    result.frames = static_cast<double>(m_autocorrelation.count());
    result.autocorrelation = m_autocorrelation.finish();
    const double power = result.autocorrelation.front();
    if (power > 0) {
        std::ranges::transform(result.autocorrelation, result.autocorrelation.begin(), [power](double r) { return r / power; });
        result.by_chance = m_squared_mean_sum / (result.frames * power);
        result.strength = m_weighted_mean_sum / m_envelope_sum;
    }
    return result;
}

} // namespace audiomuse::dsp::detail
