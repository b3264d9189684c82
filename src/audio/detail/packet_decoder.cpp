#include <audio/detail/packet_decoder.hpp>

#include <audio/detail/avcodec_decoder.hpp>
#include <audio/detail/flac_decoder.hpp>

namespace audiomuse::audio::detail {

std::unique_ptr<PacketDecoder> open_packet_decoder(const PacketReader& reader) {
    const AVCodecParameters& parameters = *reader.stream().codecpar;
    const std::string& container = reader.format().container;
    // Other containers may hold edit lists, which only libavcodec applies.
    if (parameters.codec_id == AV_CODEC_ID_FLAC && (container == "flac" || container == "ogg")) {
        if (auto decoder = open_flac_decoder(parameters)) {
            return decoder;
        }
    }
    return AvcodecDecoder::open(reader);
}

} // namespace audiomuse::audio::detail
