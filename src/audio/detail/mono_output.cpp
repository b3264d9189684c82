#include <audio/detail/mono_output.hpp>

#include <algorithm>

namespace audiomuse::audio::detail {

namespace {

constexpr std::size_t k_block_size = 16'384;
constexpr std::size_t k_mix_size = 4'096;

} // namespace

MonoOutput::MonoOutput(const BlockSink& sink, const DecodeOptions& options) : m_sink(sink), m_options(options) {
    m_mono.resize(k_mix_size);
    m_block.reserve(k_block_size);
}

MonoOutput::Status MonoOutput::write(const SampleView& samples, std::span<const float> weights, std::size_t count, int rate_hz) {
    if (m_resampler && m_resampler->rate_hz() != rate_hz) {
        if (const Status status = drain_resampler(); status != Status::ok) {
            return status;
        }
    }
    if (!m_resampler) {
        m_resampler = Resampler::create(rate_hz);
        if (!m_resampler) {
            return Status::impossible;
        }
        m_earlier_s = duration_s();
        m_part_samples = 0;
        m_part_rate_hz = rate_hz;
    }
    for (std::size_t done = 0; done < count;) {
        const std::size_t part = std::min(count - done, k_mix_size);
        const std::span<float> mono(m_mono.data(), part);
        SampleView rest = samples;
        rest.offset += done;
        if (!downmix(rest, weights, mono)) {
            return Status::impossible;
        }
        if (const Status status = deliver(m_resampler->push(mono)); status != Status::ok) {
            return status;
        }
        done += part;
    }
    m_part_samples += count;
    return duration_s() > std::chrono::duration<double>(m_options.max_duration).count() ? Status::too_long : Status::ok;
}

double MonoOutput::duration_s() const noexcept { return m_earlier_s + static_cast<double>(m_part_samples) / m_part_rate_hz; }

MonoOutput::Status MonoOutput::finish() {
    if (const Status status = drain_resampler(); status != Status::ok) {
        return status;
    }
    return flush_block();
}

MonoOutput::Status MonoOutput::drain_resampler() {
    if (!m_resampler) {
        return Status::ok;
    }
    const Status status = deliver(m_resampler->finish());
    m_resampler.reset();
    return status;
}

MonoOutput::Status MonoOutput::deliver(std::optional<std::span<const float>> pcm) {
    if (!pcm) {
        return Status::impossible;
    }
    while (!pcm->empty()) {
        const std::size_t part = std::min(pcm->size(), k_block_size - m_block.size());
        m_block.insert(m_block.end(), pcm->begin(), pcm->begin() + static_cast<std::ptrdiff_t>(part));
        pcm = pcm->subspan(part);
        if (m_block.size() == k_block_size) {
            if (const Status status = flush_block(); status != Status::ok) {
                return status;
            }
        }
    }
    return Status::ok;
}

MonoOutput::Status MonoOutput::flush_block() {
    if (m_options.stop.stop_requested()) {
        return Status::cancelled;
    }
    if (m_block.empty()) {
        return Status::ok;
    }
    const bool more = m_sink(m_block);
    m_delivered += m_block.size();
    m_block.clear();
    return more ? Status::ok : Status::cancelled;
}

} // namespace audiomuse::audio::detail
