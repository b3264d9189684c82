#include <audio/detail/ffmpeg_source.hpp>

#include <utility>

namespace audiomuse::audio::detail {

tl::expected<std::unique_ptr<Source>, DecodeFailure> FfmpegSource::open(int fd, const DecodeOptions& options) {
    auto reader = PacketReader::open(fd, options.stop);
    if (!reader) {
        return tl::unexpected(std::move(reader).error());
    }
    auto decoder = open_packet_decoder(*reader);
    Packet packet(av_packet_alloc());
    if (!decoder || !packet) {
        return tl::unexpected(DecodeFailure{DecodeFailureCode::damaged, "The file's codec headers are damaged."});
    }
    return std::make_unique<FfmpegSource>(std::move(*reader), std::move(decoder), std::move(packet));
}

FfmpegSource::FfmpegSource(PacketReader reader, std::unique_ptr<PacketDecoder> decoder, Packet packet)
    : m_reader(std::move(reader)), m_decoder(std::move(decoder)), m_packet(std::move(packet)) {}

tl::expected<SourceResult, DecodeFailure> FfmpegSource::decode(MonoOutput& output) {
    SourceResult result;
    result.yield.announced_s = m_reader.format().announced_s;
    for (bool more = true; more;) {
        const AVPacket* packet = m_packet.get();
        switch (m_reader.next(*m_packet)) {
        case PacketReader::Next::packet: break;
        case PacketReader::Next::unreadable: result.yield.ended_by_error = true; [[fallthrough]];
        case PacketReader::Next::end:
            packet = nullptr;
            more = false;
            break;
        case PacketReader::Next::io_error:
            return tl::unexpected(DecodeFailure{DecodeFailureCode::io, "The file could not be read."});
        case PacketReader::Next::cancelled: return tl::unexpected(failure_from(MonoOutput::Status::cancelled));
        }
        const auto outcome = m_decoder->decode(packet, output);
        if (!outcome) {
            return tl::unexpected(failure_from(outcome.error()));
        }
        if (packet != nullptr) {
            ++(*outcome == PacketDecoder::Outcome::good ? result.yield.good_packets : result.yield.damaged_packets);
        }
    }
    if (const auto status = output.finish(); status != MonoOutput::Status::ok) {
        return tl::unexpected(failure_from(status));
    }
    result.yield.decoded_s = output.duration_s();
    result.identity = m_reader.identity();
    return result;
}

} // namespace audiomuse::audio::detail
