#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <audio/decoder.hpp>
#include <audio/detail/downmix.hpp>
#include <audio/detail/resampler.hpp>

namespace audiomuse::audio::detail {

/// The way from decoded samples of any layout and rate to blocks for the sink. Rate and layout may change between calls.
class MonoOutput {
  public:
    enum class Status {
        ok,
        cancelled,  ///< by sink or stop token
        too_long,   ///< the limit is reached
        impossible, ///< a rate or sample format that is no music
    };

    MonoOutput(const BlockSink& sink, const DecodeOptions& options);

    /// Mixes `count` samples of each channel, resamples, and delivers full blocks.
    [[nodiscard]] Status write(const SampleView& samples, std::span<const float> weights, std::size_t count, int rate_hz);
    /// Delivers the rest.
    [[nodiscard]] Status finish();

    /// The length of all that was written.
    [[nodiscard]] double duration_s() const noexcept;
    [[nodiscard]] std::uint64_t delivered() const noexcept { return m_delivered; }

  private:
    [[nodiscard]] Status drain_resampler();
    [[nodiscard]] Status deliver(std::optional<std::span<const float>> pcm);
    [[nodiscard]] Status flush_block();

    const BlockSink& m_sink;
    const DecodeOptions& m_options;
    std::optional<Resampler> m_resampler;
    std::vector<float> m_mono;
    std::vector<float> m_block;
    double m_earlier_s = 0;           ///< length of the parts at other rates
    std::uint64_t m_part_samples = 0; ///< written at the present rate
    int m_part_rate_hz = k_sample_rate_hz;
    std::uint64_t m_delivered = 0;
};

} // namespace audiomuse::audio::detail
