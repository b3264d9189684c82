#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/samplefmt.h>
}

namespace audiomuse::audio::detail {

/// The weight of each channel in the mono mix; they sum to 1, so that the mix cannot clip.
///
/// ITU-R BS.775-3, table 2 (mono from 3/2): front left and right 0.7071, centre 1, surround 0.5, low frequency effects none, all
/// over their sum. Back, side and height channels count as surround. Of an ambisonic stream the omnidirectional component is
/// taken. Channels without a known place are averaged.
[[nodiscard]] std::vector<float> downmix_weights(const AVChannelLayout& layout);

/// Decoded samples as a decoder hands them over: one plane a channel, or one plane of interleaved channels.
struct SampleView {
    AVSampleFormat format = AV_SAMPLE_FMT_NONE;
    const std::uint8_t* const* planes = nullptr;
    std::size_t offset = 0; ///< samples of each channel to skip
};

/// Mixes `mono.size()` samples. Integers are scaled to [-1, 1). Of floating-point samples NaN, infinities and all below 1e-20
/// become 0, and the rest is clipped to ±8. Returns false for a sample format that it does not know.
[[nodiscard]] bool downmix(const SampleView& samples, std::span<const float> weights, std::span<float> mono) noexcept;

} // namespace audiomuse::audio::detail
