#pragma once

#include <cmath>
#include <limits>

namespace audiomuse::dsp {

/// The one rate of this module: all PCM is mono float at this rate, full scale = 1.
inline constexpr int k_sample_rate_hz = 16000;

/// What a sample counts as: NaN, infinities and values too small to be normal numbers are 0, and magnitudes end at 100 (40 dB
/// above full scale), so that no hostile input makes a sum of squares overflow or an FFT crawl through denormal numbers.
[[nodiscard]] inline float sanitized(float sample) noexcept {
    constexpr float k_limit = 100.0F;
    const float magnitude = std::fabs(sample);
    const bool normal = magnitude >= std::numeric_limits<float>::min() && magnitude <= std::numeric_limits<float>::max();
    const float below = sample > k_limit ? k_limit : sample;
    const float clipped = below < -k_limit ? -k_limit : below;
    return normal ? clipped : 0.0F;
}

} // namespace audiomuse::dsp
