#include <audio/detail/downmix.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>

namespace audiomuse::audio::detail {

namespace {

constexpr float k_front = 0.70710678F;
constexpr float k_centre = 1.0F;
constexpr float k_surround = 0.5F;

float weight_of(AVChannel channel) {
    switch (channel) {
    case AV_CHAN_FRONT_CENTER: return k_centre;
    case AV_CHAN_LOW_FREQUENCY:
    case AV_CHAN_LOW_FREQUENCY_2: return 0.0F;
    case AV_CHAN_FRONT_LEFT:
    case AV_CHAN_FRONT_RIGHT:
    case AV_CHAN_FRONT_LEFT_OF_CENTER:
    case AV_CHAN_FRONT_RIGHT_OF_CENTER:
    case AV_CHAN_STEREO_LEFT:
    case AV_CHAN_STEREO_RIGHT:
    case AV_CHAN_WIDE_LEFT:
    case AV_CHAN_WIDE_RIGHT: return k_front;
    default: return k_surround;
    }
}

float clean(float sample) noexcept {
    constexpr float k_largest = 8.0F;
    constexpr float k_smallest = 1e-20F;
    const float magnitude = std::fabs(sample);
    const bool usable = magnitude >= k_smallest && magnitude <= std::numeric_limits<float>::max();
    const float below = sample > k_largest ? k_largest : sample;
    const float clipped = below < -k_largest ? -k_largest : below;
    return usable ? clipped : 0.0F;
}

template <class Sample>
float to_float(Sample sample) noexcept {
    if constexpr (std::is_same_v<Sample, std::uint8_t>) {
        return (static_cast<float>(sample) - 128.0F) / 128.0F;
    } else if constexpr (std::is_integral_v<Sample>) {
        constexpr float k_full_scale = -static_cast<float>(std::numeric_limits<Sample>::min());
        return static_cast<float>(sample) / k_full_scale;
    } else if constexpr (std::is_same_v<Sample, double>) {
        constexpr double k_beyond = 1e30;
        return std::fabs(sample) < k_beyond ? clean(static_cast<float>(sample)) : 0.0F;
    } else {
        return clean(sample);
    }
}

/// Adds one channel, whose samples lie `step` apart.
template <class Sample>
void add_channel(const Sample* source, std::size_t step, float weight, std::span<float> mono) noexcept {
    const auto add = [=, sums = mono.data(), count = mono.size()](auto stride) {
        for (std::size_t i = 0; i < count; ++i) {
            sums[i] += weight * to_float(source[i * stride]);
        }
    };
    // The distances that nearly all music has are constants, for the vectoriser.
    switch (step) {
    case 1: add(std::integral_constant<std::size_t, 1>()); break;
    case 2: add(std::integral_constant<std::size_t, 2>()); break;
    default: add(step); break;
    }
}

template <class Sample>
void mix(const SampleView& samples, bool planar, std::span<const float> weights, std::span<float> mono) noexcept {
    std::fill(mono.begin(), mono.end(), 0.0F);
    const std::size_t step = planar ? 1 : weights.size();
    for (std::size_t channel = 0; channel < weights.size(); ++channel) {
        const float weight = weights[channel];
        if (weight == 0.0F) {
            continue;
        }
        const auto* plane = reinterpret_cast<const Sample*>(samples.planes[planar ? channel : 0]);
        add_channel(plane + samples.offset * step + (planar ? 0 : channel), step, weight, mono);
    }
}

} // namespace

std::vector<float> downmix_weights(const AVChannelLayout& layout) {
    const auto count = static_cast<std::size_t>(std::max(layout.nb_channels, 0));
    std::vector<float> weights(count, 0.0F);
    if (layout.order == AV_CHANNEL_ORDER_AMBISONIC && count > 0) {
        weights[0] = 1.0F;
        return weights;
    }
    AVChannelLayout assumed{};
    if (layout.order == AV_CHANNEL_ORDER_UNSPEC) {
        av_channel_layout_default(&assumed, layout.nb_channels);
    }
    const AVChannelLayout& known = layout.order == AV_CHANNEL_ORDER_UNSPEC ? assumed : layout;
    if (known.order != AV_CHANNEL_ORDER_UNSPEC) {
        for (std::size_t i = 0; i < count; ++i) {
            weights[i] = weight_of(av_channel_layout_channel_from_index(&known, static_cast<unsigned>(i)));
        }
    }
    av_channel_layout_uninit(&assumed);
    const float sum = std::accumulate(weights.begin(), weights.end(), 0.0F);
    for (float& weight : weights) {
        weight = sum > 0 ? weight / sum : 1.0F / static_cast<float>(count);
    }
    return weights;
}

bool downmix(const SampleView& samples, std::span<const float> weights, std::span<float> mono) noexcept {
    const bool planar = av_sample_fmt_is_planar(samples.format) != 0;
    switch (av_get_packed_sample_fmt(samples.format)) {
    case AV_SAMPLE_FMT_U8: mix<std::uint8_t>(samples, planar, weights, mono); return true;
    case AV_SAMPLE_FMT_S16: mix<std::int16_t>(samples, planar, weights, mono); return true;
    case AV_SAMPLE_FMT_S32: mix<std::int32_t>(samples, planar, weights, mono); return true;
    case AV_SAMPLE_FMT_S64: mix<std::int64_t>(samples, planar, weights, mono); return true;
    case AV_SAMPLE_FMT_FLT: mix<float>(samples, planar, weights, mono); return true;
    case AV_SAMPLE_FMT_DBL: mix<double>(samples, planar, weights, mono); return true;
    default: return false;
    }
}

} // namespace audiomuse::audio::detail
