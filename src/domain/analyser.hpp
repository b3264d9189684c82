#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include <tl/expected.hpp>

#include <base/fd.hpp>
#include <domain/analysis.hpp>
#include <domain/failure.hpp>

namespace audiomuse {

/// The encoded bytes of one track: a seekable descriptor, read from its start.
struct AudioInput {
    UniqueFd fd;
    std::uint64_t size_bytes = 0;
    /// What the bytes occupy besides the descriptor (space set aside for a fetched file): it is given back when this dies.
    /// Opaque, shared only because its type is the source's own; null where nothing was set aside.
    std::shared_ptr<void> lease{};
};

/// Listens to one track. Implementations may be called from several threads at once, each with its own input.
class Analyser {
  public:
    Analyser() = default;
    Analyser(const Analyser&) = delete;
    Analyser& operator=(const Analyser&) = delete;
    virtual ~Analyser() = default;

    /// Decodes the track once and returns all that was heard. A stop request ends it within a second with code `crashed`
    /// and an unspecified reason: callers check the token first.
    [[nodiscard]] virtual tl::expected<Analysis, TrackFailure> analyse(const AudioInput& input, std::stop_token stop) = 0;

    /// Only the identity of the audio: reads the packets and decodes nothing.
    [[nodiscard]] virtual tl::expected<AudioIdentity, TrackFailure> identify(const AudioInput& input, std::stop_token stop) = 0;
};

} // namespace audiomuse
