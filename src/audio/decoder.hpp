#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include <tl/expected.hpp>

namespace audiomuse::audio {

/// The rate of all PCM that this module delivers.
inline constexpr int k_sample_rate_hz = 16'000;

enum class DecodeFailureCode {
    not_audio, ///< no decoder knows the bytes, or they hold no audio stream
    damaged,   ///< it began as audio but too little of it could be decoded
    too_long,  ///< longer than DecodeOptions::max_duration
    io,        ///< the descriptor could not be read, or is not a regular file
    cancelled  ///< the stop token or the sink asked for it
};

struct DecodeFailure {
    DecodeFailureCode code = DecodeFailureCode::not_audio;
    std::string reason; ///< a sentence for people; nothing of the file's content is in it
};

struct DecodeOptions {
    std::chrono::seconds max_duration = std::chrono::hours(12);
    std::stop_token stop{};
};

/// What the headers say about the chosen stream. Headers may lie.
struct SourceFormat {
    std::string container; ///< FFmpeg's or libsndfile's short name
    std::string codec;
    int sample_rate_hz = 0;
    int channels = 0;
    std::optional<double> announced_s; ///< absent when the container does not say how long the stream is
};

struct DecodeSummary {
    double duration_s = 0;             ///< decoded samples over their own rate
    std::uint64_t samples = 0;         ///< delivered, at k_sample_rate_hz
    std::uint64_t damaged_packets = 0; ///< packets that no decoder could make sense of
    bool partial = false;              ///< damaged, but at least 30 s and half of the announced length were decoded
    std::string identity;              ///< as identify() returns it
};

/// Takes the next block of mono PCM at 16 kHz, nominally within [-1, 1] (never beyond ±8, never NaN, infinite or denormal).
/// The block is never empty and at most 16,384 samples long; it is valid during the call only. Returning false stops decoding.
using BlockSink = std::function<bool(std::span<const float>)>;

/// Decodes one audio file, once, in bounded memory whatever its length.
///
/// The bytes come from a descriptor of a regular file or memory file, always read from its start (with pread: the descriptor's
/// own offset is neither used nor moved). Pipes and sockets are refused. No path or URL is ever opened, whatever the file refers
/// to. FFmpeg decodes, but libFLAC the frames of FLAC, and libsndfile what FFmpeg refuses; all are limited to formats that hold
/// music (formats.hpp). The best audio stream is taken, its channels are mixed down by the weights of ITU-R BS.775, and only then
/// resampled.
///
/// Single-threaded; different objects may be used by different threads.
class Decoder {
  public:
    /// Reads the headers. `fd` is borrowed and must stay open while the decoder lives.
    [[nodiscard]] static tl::expected<Decoder, DecodeFailure> open(int fd, DecodeOptions options = {});

    Decoder(Decoder&&) noexcept;
    Decoder& operator=(Decoder&&) noexcept;
    ~Decoder();

    [[nodiscard]] const SourceFormat& format() const noexcept;

    /// Decodes everything. To be called once.
    [[nodiscard]] tl::expected<DecodeSummary, DecodeFailure> run(const BlockSink& sink);

  private:
    struct Impl;
    explicit Decoder(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> m_impl;
};

/// The identity of the audio in a file: 32 hexadecimal digits, a hash of the encoded packets of the stream that Decoder would
/// choose. Tags, cover pictures and codec headers take no part, so it stays when a file is moved or retagged. Reads the whole
/// file and decodes nothing (except for the rare formats of libsndfile, whose samples are hashed). `fd` as for Decoder::open.
[[nodiscard]] tl::expected<std::string, DecodeFailure> identify(int fd, std::stop_token stop = {});

} // namespace audiomuse::audio
