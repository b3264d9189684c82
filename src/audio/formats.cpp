#include <audio/formats.hpp>

#include <array>

#include <FLAC/format.h>
#include <fmt/format.h>
#include <sndfile.h>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

namespace audiomuse::audio {

namespace {

struct KnownFormat {
    std::string_view name;
    const char* demuxer;
    AVCodecID codec;
};

constexpr std::array<KnownFormat, 24> k_known{{
    {"MP3", "mp3", AV_CODEC_ID_MP3},
    {"FLAC", "flac", AV_CODEC_ID_FLAC},
    {"AAC in MP4", "mov", AV_CODEC_ID_AAC},
    {"Apple Lossless", "mov", AV_CODEC_ID_ALAC},
    {"Ogg Vorbis", "ogg", AV_CODEC_ID_VORBIS},
    {"Opus", "ogg", AV_CODEC_ID_OPUS},
    {"WAV", "wav", AV_CODEC_ID_PCM_S16LE},
    {"AIFF", "aiff", AV_CODEC_ID_PCM_S16BE},
    {"Windows Media Audio", "asf", AV_CODEC_ID_WMAV2},
    {"WMA Lossless", "asf", AV_CODEC_ID_WMALOSSLESS},
    {"AAC (ADTS)", "aac", AV_CODEC_ID_AAC},
    {"Matroska and WebM", "matroska", AV_CODEC_ID_OPUS},
    {"WavPack", "wv", AV_CODEC_ID_WAVPACK},
    {"Monkey's Audio", "ape", AV_CODEC_ID_APE},
    {"Musepack", "mpc8", AV_CODEC_ID_MUSEPACK8},
    {"True Audio", "tta", AV_CODEC_ID_TTA},
    {"TAK", "tak", AV_CODEC_ID_TAK},
    {"DSD (DSF)", "dsf", AV_CODEC_ID_DSD_LSBF_PLANAR},
    {"Dolby Digital", "ac3", AV_CODEC_ID_AC3},
    {"Dolby Digital Plus", "eac3", AV_CODEC_ID_EAC3},
    {"DTS", "dts", AV_CODEC_ID_DTS},
    {"Core Audio", "caf", AV_CODEC_ID_ALAC},
    {"Sun audio", "au", AV_CODEC_ID_PCM_S16BE},
    {"AMR", "amr", AV_CODEC_ID_AMR_NB},
}};

} // namespace

std::vector<FormatSupport> format_support() {
    std::vector<FormatSupport> all;
    all.reserve(k_known.size());
    for (const KnownFormat& known : k_known) {
        all.push_back(
            {known.name, av_find_input_format(known.demuxer) != nullptr && avcodec_find_decoder(known.codec) != nullptr});
    }
    return all;
}

std::string decoding_libraries() {
    const unsigned version = avcodec_version();
    return fmt::format("FFmpeg libavcodec {}.{}.{}, libFLAC {}, {}", AV_VERSION_MAJOR(version), AV_VERSION_MINOR(version),
                       AV_VERSION_MICRO(version), FLAC__VERSION_STRING, sf_version_string());
}

} // namespace audiomuse::audio
