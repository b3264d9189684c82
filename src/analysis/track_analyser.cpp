#include <analysis/track_analyser.hpp>

#include <span>
#include <utility>

#include <analysis/detail/network_means.hpp>
#include <analysis/detail/stopwatch.hpp>
#include <analysis/versions.hpp>
#include <audio/decoder.hpp>
#include <dsp/energy.hpp>
#include <dsp/key.hpp>
#include <dsp/log_mel_patches.hpp>
#include <dsp/pcm.hpp>
#include <dsp/tempo.hpp>

namespace audiomuse::analysis {

static_assert(audio::k_sample_rate_hz == dsp::k_sample_rate_hz);

namespace {

constexpr double k_shortest_s = 1;

TrackFailure to_failure(audio::DecodeFailure failure) {
    const auto code = [&] {
        switch (failure.code) {
        case audio::DecodeFailureCode::not_audio: return FailureCode::not_audio;
        case audio::DecodeFailureCode::damaged: return FailureCode::damaged;
        case audio::DecodeFailureCode::too_long: return FailureCode::too_long;
        case audio::DecodeFailureCode::io: return FailureCode::unreachable;
        case audio::DecodeFailureCode::cancelled: return FailureCode::crashed;
        }
        return FailureCode::damaged;
    }();
    return {code, std::move(failure.reason)};
}

/// All stages behind the decoder, for one track.
class Listener {
  public:
    explicit Listener(const nn::Network* network) : m_patches([this](std::span<const float> patch) { m_network->add(patch); }) {
        if (network != nullptr) {
            m_network.emplace(*network);
        }
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    void push(std::span<const float> pcm) {
        const detail::Stopwatch all(m_busy_ms);
        m_energy.push(pcm);
        {
            const detail::Stopwatch stopwatch(m_timings.tempo_ms);
            m_tempo.push(pcm);
        }
        {
            const detail::Stopwatch stopwatch(m_timings.key_ms);
            m_key.push(pcm);
        }
        if (m_network) {
            const detail::Stopwatch stopwatch(m_mel_and_network_ms);
            m_patches.push(pcm);
        }
    }

    /// Ends the track and fills in all that was heard, except for what only the decoder knows.
    void finish(Analysis& analysis, const MoodModel& moods) {
        const detail::Stopwatch all(m_busy_ms);
        analysis.energy = m_energy.finish();
        finish_key(analysis);
        finish_tempo(analysis);
        finish_network(analysis, moods);
        m_timings.network_ms = m_network ? m_network->elapsed_ms() : 0;
        m_timings.mel_ms = m_mel_and_network_ms - m_timings.network_ms;
        analysis.timings = m_timings;
    }

    /// Time spent in push() and finish().
    [[nodiscard]] double busy_ms() const noexcept { return m_busy_ms; }

  private:
    void finish_tempo(Analysis& analysis) {
        const detail::Stopwatch stopwatch(m_timings.tempo_ms);
        if (const auto tempo = m_tempo.finish(analysis.key ? dsp::Tonality::present : dsp::Tonality::unknown)) {
            analysis.tempo_bpm = tempo->bpm;
            analysis.tempo_confidence = tempo->confidence;
        }
    }

    void finish_key(Analysis& analysis) {
        const detail::Stopwatch stopwatch(m_timings.key_ms);
        if (const auto key = m_key.finish()) {
            analysis.key = Key{key->tonic, key->mode == dsp::Mode::major ? Scale::major : Scale::minor};
            analysis.key_confidence = key->confidence;
        }
    }

    void finish_network(Analysis& analysis, const MoodModel& moods) {
        if (!m_network) {
            return;
        }
        const detail::Stopwatch stopwatch(m_mel_and_network_ms);
        m_patches.finish();
        m_network->finish();
        if (m_network->patches() == 0) {
            return;
        }
        analysis.tags = m_network->tags();
        analysis.embedding = m_network->embedding();
        analysis.moods = moods.predict(*analysis.tags, *analysis.embedding);
    }

    dsp::EnergyMeter m_energy;
    dsp::TempoEstimator m_tempo;
    dsp::KeyEstimator m_key;
    dsp::LogMelPatches m_patches;
    std::optional<detail::NetworkMeans> m_network;
    AnalysisTimings m_timings;
    double m_mel_and_network_ms = 0;
    double m_busy_ms = 0;
};

} // namespace

TrackAnalyser::TrackAnalyser(std::optional<nn::Network> network, TrackAnalyserSettings settings)
    : m_network(std::move(network)), m_settings(settings) {}

tl::expected<Analysis, TrackFailure> TrackAnalyser::analyse(const AudioInput& input, std::stop_token stop) {
    double total_ms = 0;
    Analysis analysis;
    {
        const detail::Stopwatch total(total_ms);
        auto decoder = audio::Decoder::open(input.fd.get(), {m_settings.max_duration, std::move(stop)});
        if (!decoder) {
            return tl::unexpected(to_failure(std::move(decoder).error()));
        }
        Listener listener(m_network ? &*m_network : nullptr);
        double decoding_ms = 0;
        auto decoded = [&] {
            const detail::Stopwatch stopwatch(decoding_ms);
            return decoder->run([&](std::span<const float> pcm) {
                listener.push(pcm);
                return true;
            });
        }();
        if (!decoded) {
            return tl::unexpected(to_failure(std::move(decoded).error()));
        }
        if (decoded->duration_s < k_shortest_s) {
            return tl::unexpected(TrackFailure{FailureCode::too_short, "The track is shorter than one second."});
        }
        decoding_ms -= listener.busy_ms();
        listener.finish(analysis, m_moods);
        analysis.timings.decode_ms = decoding_ms;
        analysis.duration_s = decoded->duration_s;
        analysis.partial = decoded->partial;
        analysis.identity = AudioIdentity(std::move(decoded->identity));
        analysis.version = current_version(m_network ? ModelUse::with : ModelUse::without);
    }
    analysis.timings.total_ms = total_ms;
    return analysis;
}

tl::expected<AudioIdentity, TrackFailure> TrackAnalyser::identify(const AudioInput& input, std::stop_token stop) {
    auto identity = audio::identify(input.fd.get(), std::move(stop));
    if (!identity) {
        return tl::unexpected(to_failure(std::move(identity).error()));
    }
    return AudioIdentity(std::move(*identity));
}

} // namespace audiomuse::analysis
