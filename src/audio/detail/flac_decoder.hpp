#pragma once

#include <memory>

#include <audio/detail/packet_decoder.hpp>

namespace audiomuse::audio::detail {

/// Decodes FLAC frames with libFLAC, each packet on its own. A frame that fails its checksum is damaged and gives no samples.
/// Null when the extra data of the stream is no STREAMINFO block that libFLAC takes.
[[nodiscard]] std::unique_ptr<PacketDecoder> open_flac_decoder(const AVCodecParameters& parameters);

} // namespace audiomuse::audio::detail
