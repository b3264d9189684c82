#include <audio/detail/ffmpeg_source.hpp>

#include <utility>

extern "C" {
#include <libavutil/error.h>
}

namespace audiomuse::audio::detail {

namespace {

constexpr int k_most_channels = 64;
constexpr std::int64_t k_most_samples_per_frame = 8 * 1024 * 1024;

/// Lossless codecs carry checksums: what fails them is noise, not music.
bool has_checksums(AVCodecID id) {
    return id == AV_CODEC_ID_FLAC || id == AV_CODEC_ID_WAVPACK || id == AV_CODEC_ID_TTA || id == AV_CODEC_ID_TAK ||
           id == AV_CODEC_ID_APE;
}

CodecContext open_codec(const PacketReader& reader) {
    CodecContext codec(avcodec_alloc_context3(&reader.decoder()));
    if (!codec || avcodec_parameters_to_context(codec.get(), reader.stream().codecpar) < 0) {
        return nullptr;
    }
    codec->pkt_timebase = reader.stream().time_base;
    codec->thread_count = 1;
    codec->max_samples = k_most_samples_per_frame;
    if (has_checksums(codec->codec_id)) {
        codec->err_recognition |= AV_EF_CRCCHECK | AV_EF_EXPLODE;
    }
    return avcodec_open2(codec.get(), &reader.decoder(), nullptr) < 0 ? nullptr : std::move(codec);
}

} // namespace

tl::expected<std::unique_ptr<Source>, DecodeFailure> FfmpegSource::open(int fd, const DecodeOptions& options) {
    auto reader = PacketReader::open(fd, options.stop);
    if (!reader) {
        return tl::unexpected(std::move(reader).error());
    }
    CodecContext codec = open_codec(*reader);
    Packet packet(av_packet_alloc());
    Frame frame(av_frame_alloc());
    if (!codec || !packet || !frame) {
        return tl::unexpected(DecodeFailure{DecodeFailureCode::damaged, "The file's codec headers are damaged."});
    }
    return std::make_unique<FfmpegSource>(std::move(*reader), std::move(codec), std::move(packet), std::move(frame));
}

FfmpegSource::FfmpegSource(PacketReader reader, CodecContext codec, Packet packet, Frame frame)
    : m_reader(std::move(reader)), m_codec(std::move(codec)), m_packet(std::move(packet)), m_frame(std::move(frame)) {}

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
        const auto outcome = decode_packet(packet, output);
        if (!outcome) {
            return tl::unexpected(failure_from(outcome.error()));
        }
        if (packet != nullptr) {
            ++(*outcome == PacketOutcome::good ? result.yield.good_packets : result.yield.damaged_packets);
        }
    }
    if (const auto status = output.finish(); status != MonoOutput::Status::ok) {
        return tl::unexpected(failure_from(status));
    }
    result.yield.decoded_s = output.duration_s();
    result.identity = m_reader.identity();
    return result;
}

tl::expected<FfmpegSource::PacketOutcome, MonoOutput::Status> FfmpegSource::decode_packet(const AVPacket* packet,
                                                                                          MonoOutput& output) {
    if (avcodec_send_packet(m_codec.get(), packet) < 0) {
        return PacketOutcome::damaged;
    }
    for (;;) {
        const int received = avcodec_receive_frame(m_codec.get(), m_frame.get());
        if (received == AVERROR(EAGAIN) || received == AVERROR_EOF) {
            return PacketOutcome::good;
        }
        if (received < 0) {
            return PacketOutcome::damaged;
        }
        if (const auto status = pass_on_frame(output); status != MonoOutput::Status::ok) {
            return tl::unexpected(status);
        }
    }
}

MonoOutput::Status FfmpegSource::pass_on_frame(MonoOutput& output) {
    const AVFrame& frame = *m_frame;
    if (frame.nb_samples <= 0) {
        return MonoOutput::Status::ok;
    }
    if (frame.ch_layout.nb_channels <= 0 || frame.ch_layout.nb_channels > k_most_channels) {
        return MonoOutput::Status::impossible;
    }
    const SampleView samples{static_cast<AVSampleFormat>(frame.format), frame.extended_data};
    return output.write(samples, downmix_weights(frame.ch_layout), static_cast<std::size_t>(frame.nb_samples), frame.sample_rate);
}

} // namespace audiomuse::audio::detail
