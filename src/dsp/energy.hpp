#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace audiomuse::dsp {

/// How loud a track is from 0 to 1: the mean over frames of clip((RMS in dB + 60) / 60, 0, 1), where 0 dB is the RMS of a
/// full-scale square wave. Frames have 2,048 samples and a hop of 512, are centred on the samples 0, 512, 1024, ... up to the
/// length of the track (the end included), and are padded with zeros. Constant memory.
class EnergyMeter {
  public:
    /// Blocks of any length.
    void push(std::span<const float> pcm) noexcept;
    /// Ends the track, and must be the last call. An empty track has an energy of 0.
    [[nodiscard]] double finish() noexcept;

  private:
    static constexpr std::size_t k_blocks_per_frame = 4;

    void end_block() noexcept;

    std::array<double, k_blocks_per_frame> m_block_power{}; ///< sums of squares of the last blocks of one hop each
    std::size_t m_next_block = 0;
    double m_power = 0; ///< of the block in hand
    std::size_t m_samples_in_block = 0;
    std::uint64_t m_blocks = 0;
    double m_level_sum = 0;
    std::uint64_t m_frames = 0;
};

} // namespace audiomuse::dsp
