#pragma once

#include <memory>

#include <tl/expected.hpp>

#include <audio/detail/mono_output.hpp>
#include <audio/detail/packet_reader.hpp>

namespace audiomuse::audio::detail {

/// Makes samples of the packets of one stream.
class PacketDecoder {
  public:
    enum class Outcome { good, damaged };

    PacketDecoder() = default;
    PacketDecoder(const PacketDecoder&) = delete;
    PacketDecoder& operator=(const PacketDecoder&) = delete;
    virtual ~PacketDecoder() = default;

    /// Decodes one packet (null at the end) and passes on all samples that it gives. Fails when the output does, with its status.
    [[nodiscard]] virtual tl::expected<Outcome, MonoOutput::Status> decode(const AVPacket* packet, MonoOutput& output) = 0;
};

/// The fastest decoder for the stream of `reader` (docs/adr/0004-decoders.md). Null when its codec headers are damaged.
[[nodiscard]] std::unique_ptr<PacketDecoder> open_packet_decoder(const PacketReader& reader);

} // namespace audiomuse::audio::detail
