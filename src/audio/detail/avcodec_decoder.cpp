#include <audio/detail/avcodec_decoder.hpp>

#include <utility>

extern "C" {
#include <libavutil/error.h>
}

namespace audiomuse::audio::detail {

namespace {

constexpr int k_most_channels = 64;
constexpr std::int64_t k_most_samples_per_frame = std::int64_t{8} * 1024 * 1024;

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

std::unique_ptr<AvcodecDecoder> AvcodecDecoder::open(const PacketReader& reader) {
    CodecContext codec = open_codec(reader);
    Frame frame(av_frame_alloc());
    return codec && frame ? std::make_unique<AvcodecDecoder>(std::move(codec), std::move(frame)) : nullptr;
}

tl::expected<PacketDecoder::Outcome, MonoOutput::Status> AvcodecDecoder::decode(const AVPacket* packet, MonoOutput& output) {
    if (avcodec_send_packet(m_codec.get(), packet) < 0) {
        return Outcome::damaged;
    }
    for (;;) {
        const int received = avcodec_receive_frame(m_codec.get(), m_frame.get());
        if (received == AVERROR(EAGAIN) || received == AVERROR_EOF) {
            return Outcome::good;
        }
        if (received < 0) {
            return Outcome::damaged;
        }
        if (const auto status = pass_on_frame(output); status != MonoOutput::Status::ok) {
            return tl::unexpected(status);
        }
    }
}

MonoOutput::Status AvcodecDecoder::pass_on_frame(MonoOutput& output) {
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
