#include <dsp/detail/onset_envelope.hpp>

#include <algorithm>
#include <numeric>

#include <dsp/window.hpp>

namespace audiomuse::dsp::detail {

OnsetEnvelope::OnsetEnvelope(std::size_t max_lag) : m_kernel(hann_kernel(k_smoothing)), m_autocorrelation(max_lag) {}

void OnsetEnvelope::push(float onset_strength) {
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
    const float above = std::max(0.0F, m_around[m_next] - static_cast<float>(mean));
    m_envelope_sum += above;
    m_autocorrelation.push(above);
    if (++m_next > k_mean_reach) {
        m_around_sum -= m_around.front();
        m_around.pop_front();
        --m_next;
    }
}

OnsetEnvelope::Periodicity OnsetEnvelope::finish() {
    const std::size_t onsets = m_pushed;
    for (std::size_t i = 0; i < k_smoothing / 2; ++i) {
        ++m_pushed;
        if (m_autocorrelation.count() + m_around.size() - m_next < onsets) {
            smooth(0.0F);
        }
    }
    while (m_next < m_around.size()) {
        emit();
    }
    Periodicity result;
    result.frames = static_cast<double>(m_autocorrelation.count());
    result.autocorrelation = m_autocorrelation.finish();
    result.power = result.autocorrelation.front();
    if (result.frames > 0) {
        result.mean = m_envelope_sum / result.frames;
    }
    if (result.power > 0) {
        std::ranges::transform(result.autocorrelation, result.autocorrelation.begin(),
                               [&](double r) { return r / result.power; });
    }
    return result;
}

} // namespace audiomuse::dsp::detail
