#include "libraries.hpp"

#include <array>
#include <functional>
#include <memory>
#include <stdexcept>

#include <FLAC/stream_decoder.h>
#include <mpg123.h>
#include <neaacdec.h>
#include <opus.h>
#include <opusfile.h>
#include <sndfile.h>
#include <vorbis/vorbisfile.h>

#include <audio/decoder.hpp>
#include <audio/detail/packet_reader.hpp>
#include <base/files.hpp>

namespace audiomuse::bench {

namespace {

using audio::detail::PacketReader;
using audio::detail::SampleView;

template <auto Function>
struct Free {
    template <class Handle>
    void operator()(Handle* handle) const noexcept {
        Function(handle);
    }
};

void need(bool condition, const char* what) {
    if (!condition) {
        throw std::runtime_error(what);
    }
}

UniqueFd open_file(const char* path) {
    auto file = open_for_reading(path);
    need(file.has_value(), "cannot be opened");
    return std::move(*file);
}

const std::uint8_t* bytes_of(const void* samples) { return static_cast<const std::uint8_t*>(samples); }

/// Calls `take` with each packet that FFmpeg's demuxer and parser give, and with null at the end.
void for_each_packet(PacketReader& reader, const std::function<void(const AVPacket*)>& take) {
    const audio::detail::Packet packet(av_packet_alloc());
    while (reader.next(*packet) == PacketReader::Next::packet) {
        take(packet.get());
    }
    take(nullptr);
}

PacketReader open_packets(int fd) {
    auto reader = PacketReader::open(fd, {});
    need(reader.has_value(), "no container that FFmpeg knows");
    return std::move(*reader);
}

void with_audiomuse(const char* path, Mono& mono) {
    const UniqueFd file = open_file(path);
    auto decoder = audio::Decoder::open(file.get());
    need(decoder.has_value(), "cannot be decoded");
    const auto summary = decoder->run([&](std::span<const float> block) {
        mono.add(block, audio::k_sample_rate_hz);
        return true;
    });
    need(summary.has_value(), "cannot be decoded");
}

/// As src/audio does it, without the resampler.
void with_ffmpeg(const char* path, Mono& mono) {
    const UniqueFd file = open_file(path);
    PacketReader reader = open_packets(file.get());
    const audio::detail::CodecContext codec(avcodec_alloc_context3(&reader.decoder()));
    avcodec_parameters_to_context(codec.get(), reader.stream().codecpar);
    codec->pkt_timebase = reader.stream().time_base;
    codec->thread_count = 1;
    if (codec->codec_id == AV_CODEC_ID_FLAC) {
        codec->err_recognition |= AV_EF_CRCCHECK | AV_EF_EXPLODE;
    }
    need(avcodec_open2(codec.get(), &reader.decoder(), nullptr) == 0, "no decoder");
    const audio::detail::Frame frame(av_frame_alloc());
    for_each_packet(reader, [&](const AVPacket* packet) {
        avcodec_send_packet(codec.get(), packet);
        while (avcodec_receive_frame(codec.get(), frame.get()) == 0) {
            mono.mix({static_cast<AVSampleFormat>(frame->format), frame->extended_data},
                     audio::detail::downmix_weights(frame->ch_layout), static_cast<std::size_t>(frame->nb_samples),
                     frame->sample_rate);
        }
    });
}

void with_ffmpeg_packets(const char* path, Mono& mono) {
    const UniqueFd file = open_file(path);
    PacketReader reader = open_packets(file.get());
    const float sample = 0;
    for_each_packet(reader, [&](const AVPacket*) { mono.add(std::span(&sample, 1), 1); });
}

enum class Mpg123Mode { stereo, mono, mono_at_half_rate };

template <Mpg123Mode Mode>
void with_mpg123(const char* path, Mono& mono) {
    mpg123_init();
    const std::unique_ptr<mpg123_handle, Free<mpg123_delete>> handle(mpg123_new(nullptr, nullptr));
    long flags = MPG123_QUIET | MPG123_FORCE_FLOAT;
    if (Mode != Mpg123Mode::stereo) {
        flags |= MPG123_MONO_MIX;
    }
    mpg123_param(handle.get(), MPG123_ADD_FLAGS, flags, 0);
    if (Mode == Mpg123Mode::mono_at_half_rate) {
        mpg123_param(handle.get(), MPG123_DOWN_SAMPLE, 1, 0);
    }
    need(mpg123_open(handle.get(), path) == MPG123_OK, "mpg123 cannot open it");
    long rate_hz = 0;
    int channels = 0;
    int encoding = 0;
    std::vector<float> weights;
    for (;;) {
        off_t number = 0;
        unsigned char* samples = nullptr;
        std::size_t size = 0;
        const int result = mpg123_decode_frame(handle.get(), &number, &samples, &size);
        if (result == MPG123_NEW_FORMAT) {
            mpg123_getformat(handle.get(), &rate_hz, &channels, &encoding);
            weights = usual_weights(channels);
        } else if (result != MPG123_OK) {
            break;
        }
        const std::size_t count = channels > 0 ? size / sizeof(float) / static_cast<std::size_t>(channels) : 0;
        if (count > 0 && channels == 1) {
            mono.add({reinterpret_cast<const float*>(samples), count}, static_cast<int>(rate_hz));
        } else if (count > 0) {
            const std::uint8_t* plane = samples;
            mono.mix({AV_SAMPLE_FMT_FLT, &plane}, weights, count, static_cast<int>(rate_hz));
        }
    }
}

void with_vorbisfile(const char* path, Mono& mono) {
    OggVorbis_File opened{};
    need(ov_fopen(path, &opened) == 0, "libvorbisfile cannot open it");
    const std::unique_ptr<OggVorbis_File, Free<ov_clear>> file(&opened);
    const vorbis_info& info = *ov_info(file.get(), -1);
    const std::vector<float> weights = usual_weights(info.channels);
    constexpr int k_most_samples = 4'096;
    float** planes = nullptr;
    int section = 0;
    for (long count = 0; (count = ov_read_float(file.get(), &planes, k_most_samples, &section)) > 0;) {
        mono.mix({AV_SAMPLE_FMT_FLTP, reinterpret_cast<const std::uint8_t* const*>(planes)}, weights,
                 static_cast<std::size_t>(count), static_cast<int>(info.rate));
    }
}

void with_opusfile(const char* path, Mono& mono) {
    const std::unique_ptr<OggOpusFile, Free<op_free>> file(op_open_file(path, nullptr));
    need(file != nullptr, "libopusfile cannot open it");
    constexpr int k_rate_hz = 48'000;
    const int channels = op_channel_count(file.get(), -1);
    const std::vector<float> weights = usual_weights(channels);
    std::vector<float> samples(static_cast<std::size_t>(channels) * 5'760);
    const std::uint8_t* plane = bytes_of(samples.data());
    for (int count = 0; (count = op_read_float(file.get(), samples.data(), static_cast<int>(samples.size()), nullptr)) > 0;) {
        mono.mix({AV_SAMPLE_FMT_FLT, &plane}, weights, static_cast<std::size_t>(count), k_rate_hz);
    }
}

/// Mixes and limits the band before the inverse transform, so that neither downmix nor resampler remain.
void with_libopus_at_16_khz(const char* path, Mono& mono) {
    const UniqueFd file = open_file(path);
    PacketReader reader = open_packets(file.get());
    int error = 0;
    const std::unique_ptr<OpusDecoder, Free<opus_decoder_destroy>> decoder(
        opus_decoder_create(audio::k_sample_rate_hz, 1, &error));
    need(error == OPUS_OK, "no decoder");
    std::array<float, audio::k_sample_rate_hz * 120 / 1000> samples{};
    for_each_packet(reader, [&](const AVPacket* packet) {
        if (packet != nullptr) {
            const int count =
                opus_decode_float(decoder.get(), packet->data, packet->size, samples.data(), static_cast<int>(samples.size()), 0);
            need(count > 0, "libopus cannot decode it");
            mono.add(std::span(samples).first(static_cast<std::size_t>(count)), audio::k_sample_rate_hz);
        }
    });
}

/// FFmpeg's demuxer, libfaad's decoder.
void with_faad(const char* path, Mono& mono) {
    const UniqueFd file = open_file(path);
    PacketReader reader = open_packets(file.get());
    const std::unique_ptr<void, Free<NeAACDecClose>> decoder(NeAACDecOpen());
    const NeAACDecConfigurationPtr configuration = NeAACDecGetCurrentConfiguration(decoder.get());
    configuration->outputFormat = FAAD_FMT_FLOAT;
    NeAACDecSetConfiguration(decoder.get(), configuration);
    const AVCodecParameters& parameters = *reader.stream().codecpar;
    unsigned long rate_hz = 0;
    unsigned char channels = 0;
    need(NeAACDecInit2(decoder.get(), parameters.extradata, static_cast<unsigned long>(parameters.extradata_size), &rate_hz,
                       &channels) == 0,
         "libfaad knows no such AAC");
    const std::vector<float> weights = usual_weights(channels);
    for_each_packet(reader, [&](const AVPacket* packet) {
        if (packet == nullptr) {
            return;
        }
        NeAACDecFrameInfo info{};
        const std::uint8_t* plane =
            bytes_of(NeAACDecDecode(decoder.get(), &info, packet->data, static_cast<unsigned long>(packet->size)));
        if (plane != nullptr && info.samples > 0) {
            mono.mix({AV_SAMPLE_FMT_FLT, &plane}, weights, info.samples / channels, static_cast<int>(rate_hz));
        }
    });
}

void with_libflac(const char* path, Mono& mono) {
    const std::unique_ptr<FLAC__StreamDecoder, Free<FLAC__stream_decoder_delete>> decoder(FLAC__stream_decoder_new());
    const auto take = [](const FLAC__StreamDecoder*, const FLAC__Frame* frame, const FLAC__int32* const planes[], void* into) {
        std::vector<float> weights = usual_weights(static_cast<int>(frame->header.channels));
        for (float& weight : weights) {
            weight *= static_cast<float>(1U << (32 - frame->header.bits_per_sample));
        }
        static_cast<Mono*>(into)->mix({AV_SAMPLE_FMT_S32P, reinterpret_cast<const std::uint8_t* const*>(planes)}, weights,
                                      frame->header.blocksize, static_cast<int>(frame->header.sample_rate));
        return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
    };
    const auto ignore = [](const FLAC__StreamDecoder*, FLAC__StreamDecoderErrorStatus, void*) {};
    need(FLAC__stream_decoder_init_file(decoder.get(), path, take, nullptr, ignore, &mono) == FLAC__STREAM_DECODER_INIT_STATUS_OK,
         "libFLAC cannot open it");
    FLAC__stream_decoder_process_until_end_of_stream(decoder.get());
}

void with_sndfile(const char* path, Mono& mono) {
    SF_INFO info{};
    const std::unique_ptr<SNDFILE, Free<sf_close>> file(sf_open(path, SFM_READ, &info));
    need(file != nullptr, "libsndfile cannot open it");
    const std::vector<float> weights = usual_weights(info.channels);
    constexpr sf_count_t k_most_samples = 4'096;
    std::vector<float> samples(static_cast<std::size_t>(k_most_samples * info.channels));
    const std::uint8_t* plane = bytes_of(samples.data());
    for (sf_count_t count = 0; (count = sf_readf_float(file.get(), samples.data(), k_most_samples)) > 0;) {
        mono.mix({AV_SAMPLE_FMT_FLT, &plane}, weights, static_cast<std::size_t>(count), info.samplerate);
    }
}

constexpr std::array<Library, 12> k_libraries{{{"audiomuse", with_audiomuse},
                                               {"ffmpeg", with_ffmpeg},
                                               {"ffmpeg-packets", with_ffmpeg_packets},
                                               {"libmpg123", with_mpg123<Mpg123Mode::stereo>},
                                               {"libmpg123-mono", with_mpg123<Mpg123Mode::mono>},
                                               {"libmpg123-mono-half", with_mpg123<Mpg123Mode::mono_at_half_rate>},
                                               {"libvorbisfile", with_vorbisfile},
                                               {"libopusfile", with_opusfile},
                                               {"libopus-mono-16k", with_libopus_at_16_khz},
                                               {"libfaad", with_faad},
                                               {"libFLAC", with_libflac},
                                               {"libsndfile", with_sndfile}}};

} // namespace

std::span<const Library> libraries() { return k_libraries; }

} // namespace audiomuse::bench
