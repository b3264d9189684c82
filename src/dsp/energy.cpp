#include <dsp/energy.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <dsp/pcm.hpp>

namespace audiomuse::dsp {
namespace {

constexpr std::size_t k_hop = 512;
constexpr std::size_t k_frame_size = 2048;
constexpr double k_range_db = 60.0;

double level(double power_sum) noexcept {
    if (power_sum <= 0.0) {
        return 0.0;
    }
    const double rms_db = 10.0 * std::log10(power_sum / static_cast<double>(k_frame_size));
    return std::clamp((rms_db + k_range_db) / k_range_db, 0.0, 1.0);
}

} // namespace

void EnergyMeter::push(std::span<const float> pcm) noexcept {
    while (!pcm.empty()) {
        const std::size_t count = std::min(pcm.size(), k_hop - m_samples_in_block);
        for (const float sample : pcm.first(count)) {
            const double value = sanitized(sample);
            m_power += value * value;
        }
        m_samples_in_block += count;
        pcm = pcm.subspan(count);
        if (m_samples_in_block == k_hop) {
            end_block();
        }
    }
}

double EnergyMeter::finish() noexcept {
    // Frame i covers the blocks i - 2 to i + 1. Of b whole blocks the last frame is frame b: it ends with the block after the
    // rest.
    end_block();
    end_block();
    return m_level_sum / static_cast<double>(m_frames);
}

void EnergyMeter::end_block() noexcept {
    static_assert(k_blocks_per_frame * k_hop == k_frame_size);
    m_block_power[m_next_block] = m_power;
    m_next_block = (m_next_block + 1) % k_blocks_per_frame;
    m_power = 0.0;
    m_samples_in_block = 0;
    if (++m_blocks >= k_blocks_per_frame / 2) {
        m_level_sum += level(std::accumulate(m_block_power.begin(), m_block_power.end(), 0.0));
        ++m_frames;
    }
}

} // namespace audiomuse::dsp
