#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include <tl/expected.hpp>

#include <domain/analyser.hpp>
#include <domain/failure.hpp>
#include <library/remote_audio.hpp>
#include <net/http_client.hpp>

namespace audiomuse::library::detail {

/// Turns an answer that is no audio (another status than 2xx, or a document of JSON, XML or HTML) into the failure of its track.
using RefusalReader = std::function<TrackFailure(const net::Download& answer)>;

/// What the status alone says: 401 and 403 are FailureCode::refused with FailureScope::credential, 404 and 410 not_found, 5xx
/// unreachable, and a document with status 200 refused.
[[nodiscard]] TrackFailure read_refusal(const net::Download& answer);

/// True when what came with status 2xx is a document (JSON, XML, HTML) in place of audio, by its type or by its first bytes.
[[nodiscard]] bool is_document(const net::Download& answer);

/// The failure of a track for a request that got no answer.
[[nodiscard]] TrackFailure to_track_failure(const net::Failure& failure);

/// Fetches tracks into files without a name and sees to it that they never take more than the set space together.
///
/// Space is set aside before a fetch begins, and is given back when the AudioInput dies (which may be after the spool). Who comes
/// first is served first, so that a large track is not passed over for ever. A thread that keeps inputs while it waits for
/// another can wait for ever: keep none, or stop. Thread-safe.
class AudioSpool {
  public:
    explicit AudioSpool(RemoteAudioSettings settings);

    /// `size_bytes` is what the server's listing says; 0 when it says nothing, then the track goes alone. Failures:
    /// - too_long: above the limit of size
    /// - unreachable: no answer, a download that is cut off or not of the listed size, one whose completeness cannot be told
    ///   (neither listed nor announced size), no room on the disk, a stop request
    /// - those of `read_refusal`
    [[nodiscard]] tl::expected<AudioInput, TrackFailure> fetch(net::HttpClient& client, const net::Request& request,
                                                               std::uint64_t size_bytes, std::stop_token stop,
                                                               const RefusalReader& refusal = read_refusal);

    /// What is set aside now.
    [[nodiscard]] std::uint64_t bytes_in_hand() const;

  private:
    class Space;

    [[nodiscard]] tl::expected<UniqueFd, TrackFailure> make_file() const;

    RemoteAudioSettings m_settings;
    std::shared_ptr<Space> m_space; ///< shared with the leases, which may outlive the spool
};

} // namespace audiomuse::library::detail
