#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <audio/detail/downmix.hpp>

namespace audiomuse::bench {

/// What is kept of decoded samples: how many, and how loud.
class Mono {
  public:
    void add(std::span<const float> mono, int rate_hz) noexcept {
        for (std::size_t i = 0; i < mono.size(); i += k_step) {
            m_sum += static_cast<double>(mono[i]) * mono[i];
            ++m_summed;
        }
        m_seconds += static_cast<double>(mono.size()) / rate_hz;
    }

    /// Mixes `count` samples of each channel as the analysis does.
    void mix(const audio::detail::SampleView& samples, std::span<const float> weights, std::size_t count, int rate_hz) {
        if (m_mono.size() < count) {
            m_mono.resize(count);
        }
        const std::span mono = std::span(m_mono).first(count);
        if (audio::detail::downmix(samples, weights, mono)) {
            add(mono, rate_hz);
        }
    }

    [[nodiscard]] double seconds() const noexcept { return m_seconds; }
    [[nodiscard]] double level() const noexcept { return std::sqrt(m_sum / static_cast<double>(m_summed)); }

  private:
    static constexpr std::size_t k_step = 16; ///< enough for the level, and costs nothing

    std::vector<float> m_mono;
    double m_sum = 0;
    std::size_t m_summed = 0;
    double m_seconds = 0;
};

/// The weights of the analysis for channels in their usual order.
inline std::vector<float> usual_weights(int channels) {
    AVChannelLayout layout{};
    av_channel_layout_default(&layout, channels);
    std::vector<float> weights = audio::detail::downmix_weights(layout);
    av_channel_layout_uninit(&layout);
    return weights;
}

} // namespace audiomuse::bench
