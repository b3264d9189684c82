#pragma once

#include <chrono>
#include <optional>

#include <analysis/mood_model.hpp>
#include <domain/analyser.hpp>
#include <nn/network.hpp>

namespace audiomuse::analysis {

struct TrackAnalyserSettings {
    std::chrono::seconds max_duration = std::chrono::hours(12); ///< longer tracks fail with `too_long`
};

/// The analysis itself, in the calling process: decodes a track once, as a stream, and feeds each block of PCM to the energy
/// meter, the tempo and key estimators and the log-mel patches, whose patches go to the network in small batches. Tags and
/// embedding are the means over the patches, and moods come from these. Memory does not depend on the length of the track.
///
/// Tracks under one second are `too_short`; those under one patch (3 s) are repeated for the network. Without a network, tags,
/// embedding and moods stay absent and the version says so.
///
/// Decoders parse foreign bytes: the server uses this class only within a confined child. std::bad_alloc passes through.
class TrackAnalyser : public Analyser {
  public:
    explicit TrackAnalyser(std::optional<nn::Network> network, TrackAnalyserSettings settings = {});

    [[nodiscard]] tl::expected<Analysis, TrackFailure> analyse(const AudioInput& input, std::stop_token stop) override;
    [[nodiscard]] tl::expected<AudioIdentity, TrackFailure> identify(const AudioInput& input, std::stop_token stop) override;

  private:
    std::optional<nn::Network> m_network;
    MoodModel m_moods;
    TrackAnalyserSettings m_settings;
};

} // namespace audiomuse::analysis
