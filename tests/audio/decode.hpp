#pragma once

#include <cmath>
#include <vector>

#include <audio/decoder.hpp>

namespace audiomuse::audio::test {

struct Decoded {
    SourceFormat format;
    DecodeSummary summary;
    std::vector<float> pcm;
};

/// Opens and runs a decoder and keeps what it gave.
inline tl::expected<Decoded, DecodeFailure> decode(int fd, DecodeOptions options = {}) {
    auto decoder = Decoder::open(fd, std::move(options));
    if (!decoder) {
        return tl::unexpected(decoder.error());
    }
    Decoded decoded;
    decoded.format = decoder->format();
    auto summary = decoder->run([&](std::span<const float> block) {
        decoded.pcm.insert(decoded.pcm.end(), block.begin(), block.end());
        return true;
    });
    if (!summary) {
        return tl::unexpected(summary.error());
    }
    decoded.summary = *summary;
    return decoded;
}

inline double rms(std::span<const float> pcm) {
    double sum = 0;
    for (const float sample : pcm) {
        sum += static_cast<double>(sample) * sample;
    }
    return std::sqrt(sum / static_cast<double>(pcm.size()));
}

/// The root mean square of `pcm` after its best fit by a sine of this frequency (at 16 kHz) has been taken away; the amplitude of
/// the fit.
struct SineFit {
    double amplitude = 0;
    double residual = 0;
};

inline SineFit fit_sine(std::span<const float> pcm, double frequency_hz) {
    const double omega = 2 * M_PI * frequency_hz / k_sample_rate_hz;
    double cc = 0;
    double ss = 0;
    double cs = 0;
    double xc = 0;
    double xs = 0;
    for (std::size_t i = 0; i < pcm.size(); ++i) {
        const double c = std::cos(omega * static_cast<double>(i));
        const double s = std::sin(omega * static_cast<double>(i));
        cc += c * c;
        ss += s * s;
        cs += c * s;
        xc += c * pcm[i];
        xs += s * pcm[i];
    }
    const double determinant = cc * ss - cs * cs;
    const double a = (xc * ss - xs * cs) / determinant;
    const double b = (xs * cc - xc * cs) / determinant;
    double rest = 0;
    for (std::size_t i = 0; i < pcm.size(); ++i) {
        const double error = pcm[i] - a * std::cos(omega * static_cast<double>(i)) - b * std::sin(omega * static_cast<double>(i));
        rest += error * error;
    }
    return {std::hypot(a, b), std::sqrt(rest / static_cast<double>(pcm.size()))};
}

/// Without its first and last tenth of a second.
inline std::span<const float> inner(std::span<const float> pcm) { return pcm.subspan(1'600, pcm.size() - 3'200); }

} // namespace audiomuse::audio::test
