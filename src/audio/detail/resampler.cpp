#include <audio/detail/resampler.hpp>

#include <algorithm>
#include <cstdint>

#include <audio/decoder.hpp>

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
}

namespace audiomuse::audio::detail {

namespace {

enum class Engine { soxr, swr };

SwrContext* make_context(int rate_hz, Engine engine) {
    AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
    SwrContext* context = nullptr;
    if (swr_alloc_set_opts2(&context, &mono, AV_SAMPLE_FMT_FLT, k_sample_rate_hz, &mono, AV_SAMPLE_FMT_FLT, rate_hz, 0, nullptr) <
        0) {
        return nullptr;
    }
    if (engine == Engine::soxr) {
        av_opt_set_int(context, "resampler", SWR_ENGINE_SOXR, 0);
        av_opt_set_double(context, "precision", 28, 0);
    } else {
        // A Kaiser window of 144 taps at the lower rate falls by 100 dB between 0.91 and 1.0 of its Nyquist frequency.
        const double ratio = std::min(1.0, static_cast<double>(rate_hz) / k_sample_rate_hz);
        av_opt_set_int(context, "filter_size", 144, 0);
        av_opt_set_double(context, "cutoff", 0.956 * ratio, 0);
        av_opt_set_double(context, "kaiser_beta", 10, 0);
        av_opt_set_int(context, "exact_rational", 1, 0);
        av_opt_set_int(context, "linear_interp", 1, 0);
        av_opt_set_int(context, "phase_shift", rate_hz > 200'000 ? 6 : 10, 0);
    }
    if (swr_init(context) < 0) {
        swr_free(&context);
    }
    return context;
}

} // namespace

void Resampler::Free::operator()(SwrContext* context) const noexcept { swr_free(&context); }

std::optional<Resampler> Resampler::create(int rate_hz) {
    if (rate_hz < k_lowest_rate_hz || rate_hz > k_highest_rate_hz) {
        return std::nullopt;
    }
    if (rate_hz == k_sample_rate_hz) {
        return Resampler(rate_hz, nullptr);
    }
    Handle context(make_context(rate_hz, Engine::soxr));
    if (!context) {
        context.reset(make_context(rate_hz, Engine::swr));
    }
    if (!context) {
        return std::nullopt;
    }
    return Resampler(rate_hz, std::move(context));
}

std::optional<std::span<const float>> Resampler::push(std::span<const float> mono) {
    if (!m_context) {
        return mono;
    }
    return convert(mono.data(), static_cast<int>(mono.size()));
}

std::optional<std::span<const float>> Resampler::finish() {
    if (!m_context) {
        return std::span<const float>{};
    }
    return convert(nullptr, 0);
}

std::optional<std::span<const float>> Resampler::convert(const float* input, int count) {
    const int room = swr_get_out_samples(m_context.get(), count);
    if (room < 0) {
        return std::nullopt;
    }
    // One sample more than is promised keeps the pointer valid when there is nothing.
    m_output.resize(std::max(m_output.size(), static_cast<std::size_t>(room) + 1));
    auto* out = reinterpret_cast<std::uint8_t*>(m_output.data());
    const auto* in = reinterpret_cast<const std::uint8_t*>(input);
    const int got = swr_convert(m_context.get(), &out, room + 1, input == nullptr ? nullptr : &in, count);
    if (got < 0) {
        return std::nullopt;
    }
    return std::span<const float>(m_output.data(), static_cast<std::size_t>(got));
}

} // namespace audiomuse::audio::detail
