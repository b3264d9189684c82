#include <audio/detail/packet_reader.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <audio/detail/allow_list.hpp>
#include <audio/detail/wav_length.hpp>

extern "C" {
#include <libavutil/avstring.h>
#include <libavutil/dict.h>
}

namespace audiomuse::audio::detail {

namespace {

constexpr std::array<std::int64_t, 3> k_probe_sizes{32 * 1024, 256 * 1024, 1024 * 1024};
constexpr std::int64_t k_header_probe_bytes = 4 * 1024 * 1024;
constexpr std::int64_t k_header_probe_us = 5 * AV_TIME_BASE;
constexpr int k_most_streams = 64;
constexpr int k_most_errors_in_a_row = 32;

tl::unexpected<DecodeFailure> failure(DecodeFailureCode code, std::string reason) {
    return tl::unexpected(DecodeFailure{code, std::move(reason)});
}

tl::unexpected<DecodeFailure> not_audio() { return failure(DecodeFailureCode::not_audio, "No decoder knows this kind of file."); }

/// Failures that outrank whatever FFmpeg concluded from them.
tl::unexpected<DecodeFailure> failure_of(const ExtentIo& io, DecodeFailureCode otherwise, std::string reason) {
    if (io.stop_requested()) {
        return failure(DecodeFailureCode::cancelled, "Decoding was cancelled.");
    }
    if (io.failed()) {
        return failure(DecodeFailureCode::io, "The file could not be read.");
    }
    return failure(otherwise, std::move(reason));
}

/// The demuxer that the bytes themselves suggest; the name of the file says nothing. Null when it is none of the allowed ones.
const AVInputFormat* probe(int fd, AudioExtent extent) {
    std::vector<unsigned char> bytes;
    for (const std::int64_t limit : k_probe_sizes) {
        const std::int64_t size = std::min(limit, extent.end - extent.begin);
        bytes.assign(static_cast<std::size_t>(size) + AVPROBE_PADDING_SIZE, 0);
        const std::int64_t got = read_at(fd, bytes.data(), size, extent.begin);
        if (got <= 0) {
            return nullptr;
        }
        AVProbeData data{};
        data.filename = "";
        data.buf = bytes.data();
        data.buf_size = static_cast<int>(got);
        int score = 0;
        const AVInputFormat* format = av_probe_input_format3(&data, 1, &score);
        const bool is_last = size < limit || limit == k_probe_sizes.back();
        // MPEG audio is recognised by frame headers that follow one another; fewer than seven in a row prove nothing.
        const int needed = is_last ? AVPROBE_SCORE_RETRY : AVPROBE_SCORE_RETRY + 1;
        if (format != nullptr && score >= needed) {
            return av_match_list(format->name, k_allowed_demuxers, ',') > 0 ? format : nullptr;
        }
        if (is_last) {
            break;
        }
    }
    return nullptr;
}

int refuse_to_open(AVFormatContext* /*context*/, AVIOContext** /*io*/, const char* /*url*/, int /*flags*/,
                   AVDictionary** /*options*/) {
    return AVERROR(EACCES);
}

int interrupted(void* io) { return static_cast<const ExtentIo*>(io)->stop_requested() ? 1 : 0; }

FormatContext open_container(ExtentIo& io, const AVInputFormat* demuxer) {
    AVFormatContext* context = avformat_alloc_context();
    if (context == nullptr) {
        return nullptr;
    }
    context->pb = io.context();
    context->flags |= AVFMT_FLAG_CUSTOM_IO;
    context->io_open = &refuse_to_open;
    context->interrupt_callback = {&interrupted, &io};
    context->probesize = k_header_probe_bytes;
    context->max_analyze_duration = k_header_probe_us;
    context->max_streams = k_most_streams;
    AVDictionary* options = nullptr;
    av_dict_set(&options, "format_whitelist", k_allowed_demuxers, 0);
    av_dict_set(&options, "codec_whitelist", k_allowed_decoders, 0);
    av_dict_set(&options, "protocol_whitelist", "none", 0);
    const int opened = avformat_open_input(&context, "", demuxer, &options); // frees the context when it fails
    av_dict_free(&options);
    return FormatContext(opened < 0 ? nullptr : context);
}

const AVCodec* allowed_decoder(AVCodecID id) {
    void* position = nullptr;
    while (const AVCodec* codec = av_codec_iterate(&position)) {
        if (codec->id == id && av_codec_is_decoder(codec) != 0 && av_match_list(codec->name, k_allowed_decoders, ',') > 0) {
            return codec;
        }
    }
    return nullptr;
}

} // namespace

tl::expected<PacketReader, DecodeFailure> PacketReader::open(int fd, std::stop_token stop) {
    prepare_ffmpeg();
    const auto extent = find_audio_extent(fd);
    if (!extent) {
        return tl::unexpected(extent.error());
    }
    if (extent->end == extent->begin) {
        return failure(DecodeFailureCode::not_audio, "The file is empty.");
    }
    const AVInputFormat* demuxer = probe(fd, *extent);
    auto io = std::make_unique<ExtentIo>(fd, *extent, std::move(stop));
    if (demuxer == nullptr) {
        return not_audio();
    }
    FormatContext format = open_container(*io, demuxer);
    if (!format) {
        return failure_of(*io, DecodeFailureCode::damaged, "The file's headers are damaged.");
    }
    PacketReader reader(std::move(io), std::move(format));
    if (auto chosen = reader.choose_stream(); !chosen) {
        return tl::unexpected(std::move(chosen).error());
    }
    reader.describe();
    if (reader.m_source.codec.starts_with("pcm_")) {
        if (const auto announced_s = wav_announced_s(fd, *extent)) {
            reader.m_source.announced_s = announced_s;
        }
    }
    return reader;
}

tl::expected<void, DecodeFailure> PacketReader::choose_stream() {
    for (AVStream* stream : std::span(m_format->streams, m_format->nb_streams)) {
        if (stream->codecpar->codec_type != AVMEDIA_TYPE_AUDIO) {
            stream->discard = AVDISCARD_ALL;
        }
    }
    if (avformat_find_stream_info(m_format.get(), nullptr) < 0) {
        return failure_of(*m_io, DecodeFailureCode::damaged, "The file's headers are damaged.");
    }
    const AVCodec* found = nullptr;
    const int best = av_find_best_stream(m_format.get(), AVMEDIA_TYPE_AUDIO, -1, -1, &found, 0);
    if (best < 0) {
        return failure_of(*m_io, DecodeFailureCode::not_audio,
                          best == AVERROR_DECODER_NOT_FOUND
                              ? "No decoder knows the file's kind of audio, or it is copy-protected."
                              : "The file holds no audio stream.");
    }
    m_stream = m_format->streams[best];
    m_decoder = allowed_decoder(m_stream->codecpar->codec_id);
    if (m_decoder == nullptr) {
        return failure(DecodeFailureCode::not_audio, "The file's kind of audio is not supported.");
    }
    for (AVStream* stream : std::span(m_format->streams, m_format->nb_streams)) {
        stream->discard = stream == m_stream ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    }
    return {};
}

void PacketReader::describe() {
    const AVCodecParameters& parameters = *m_stream->codecpar;
    m_source.container = m_format->iformat->name;
    m_source.codec = avcodec_get_name(parameters.codec_id);
    m_source.sample_rate_hz = parameters.sample_rate;
    m_source.channels = parameters.ch_layout.nb_channels;
    if (m_format->duration_estimation_method != AVFMT_DURATION_FROM_BITRATE) {
        double announced_s = -1;
        if (m_stream->duration != AV_NOPTS_VALUE) {
            announced_s = static_cast<double>(m_stream->duration) * av_q2d(m_stream->time_base);
        } else if (m_format->duration != AV_NOPTS_VALUE) {
            announced_s = static_cast<double>(m_format->duration) / AV_TIME_BASE;
        }
        if (announced_s > 0) {
            m_source.announced_s = announced_s;
        }
    }
    std::string meaning = m_source.codec;
    if (m_source.codec.starts_with("pcm_")) {
        meaning += fmt::format(" {} {}", m_source.sample_rate_hz, m_source.channels);
    }
    m_hash.update(std::as_bytes(std::span(meaning)));
}

PacketReader::Next PacketReader::next(AVPacket& packet) {
    int errors = 0;
    for (;;) {
        av_packet_unref(&packet);
        const int result = av_read_frame(m_format.get(), &packet);
        if (m_io->stop_requested()) {
            return Next::cancelled;
        }
        if (m_io->failed()) {
            return Next::io_error;
        }
        if (result == AVERROR_EOF) {
            return Next::end;
        }
        if (result < 0) {
            if (++errors > k_most_errors_in_a_row) {
                return Next::unreadable;
            }
            continue;
        }
        if (packet.stream_index == m_stream->index) {
            m_hash.update(std::as_bytes(std::span(packet.data, static_cast<std::size_t>(packet.size))));
            return Next::packet;
        }
    }
}

} // namespace audiomuse::audio::detail
