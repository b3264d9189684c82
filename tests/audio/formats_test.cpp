#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <audio/decode.hpp>
#include <audio/decoder.hpp>
#include <audio/formats.hpp>
#include <support/audio_files.hpp>

namespace audiomuse::audio {
namespace {

using audiomuse::test::convert;
using audiomuse::test::has_ffmpeg;
using audiomuse::test::open_file;
using audiomuse::test::sine;
using audiomuse::test::TemporaryFolder;
using audiomuse::test::wav_bytes;
using audiomuse::test::write_bytes;
using test::decode;

struct FormatCase {
    std::string file;
    std::vector<std::string> options;
    std::string codec;
    double padding_s = 0; ///< what the codec may add or lack in length
};

void PrintTo(const FormatCase& format, std::ostream* out) { *out << format.file << " " << format.codec; }

class FormatTest : public testing::TestWithParam<FormatCase> {};

TEST_P(FormatTest, decodes_three_seconds_of_a_tone) {
    if (!has_ffmpeg()) {
        GTEST_SKIP() << "there is no ffmpeg command";
    }
    const FormatCase& format = GetParam();
    const TemporaryFolder folder;
    write_bytes(folder / "in.wav", wav_bytes(sine(3, 440, 0.4, 48'000, 2)));
    ASSERT_TRUE(convert(folder / "in.wav", format.options, folder / format.file));
    const UniqueFd fd = open_file(folder / format.file);
    const auto decoded = decode(fd.get());
    ASSERT_TRUE(decoded) << decoded.error().reason;
    EXPECT_EQ(decoded->format.codec, format.codec);
    EXPECT_NEAR(decoded->summary.duration_s, 3, format.padding_s + 1e-6);
    EXPECT_NEAR(static_cast<double>(decoded->pcm.size()), decoded->summary.duration_s * 16'000, 1);
    EXPECT_FALSE(decoded->summary.partial);
    EXPECT_NEAR(test::rms(test::inner(decoded->pcm)), 0.2828, 0.02);
    EXPECT_EQ(identify(fd.get()), decoded->summary.identity);
}

INSTANTIATE_TEST_SUITE_P(
    All, FormatTest,
    testing::Values(FormatCase{"a.mp3", {"-c:a", "libmp3lame"}, "mp3", 0.001}, FormatCase{"a.flac", {}, "flac"},
                    FormatCase{"a.ogg", {"-c:a", "libvorbis"}, "vorbis"},
                    FormatCase{"a.opus", {"-c:a", "libopus"}, "opus", 0.001}, FormatCase{"a.oga", {"-c:a", "flac"}, "flac"},
                    FormatCase{"a.m4a", {"-c:a", "aac"}, "aac", 0.03}, FormatCase{"b.m4a", {"-c:a", "alac"}, "alac"},
                    FormatCase{"a.aac", {"-c:a", "aac"}, "aac", 0.05}, FormatCase{"a.mp2", {"-c:a", "mp2"}, "mp2", 0.05},
                    FormatCase{"a.aiff", {}, "pcm_s16be"}, FormatCase{"a.au", {}, "pcm_s16be"},
                    FormatCase{"a.caf", {}, "pcm_s16be"}, FormatCase{"a.w64", {}, "pcm_s16le"}, FormatCase{"a.wv", {}, "wavpack"},
                    FormatCase{"a.tta", {}, "tta"}, FormatCase{"a.wma", {}, "wmav2", 0.1},
                    FormatCase{"a.mka", {"-c:a", "flac"}, "flac"}, FormatCase{"a.webm", {"-c:a", "libopus"}, "opus", 0.02},
                    FormatCase{"a.ac3", {}, "ac3", 0.05}, FormatCase{"a.eac3", {}, "eac3", 0.05},
                    FormatCase{"a.dts", {"-strict", "-2"}, "dts", 0.05},
                    FormatCase{"a.wav", {"-c:a", "adpcm_ms"}, "adpcm_ms", 0.05},
                    FormatCase{"b.wav", {"-c:a", "pcm_alaw"}, "pcm_alaw"}, FormatCase{"c.wav", {"-rf64", "always"}, "pcm_s16le"},
                    FormatCase{"a.mov", {"-c:a", "pcm_s24le"}, "pcm_s24le"}));

TEST(FormatsTest, a_cover_picture_is_not_the_audio) {
    if (!has_ffmpeg()) {
        GTEST_SKIP() << "there is no ffmpeg command";
    }
    const TemporaryFolder folder;
    write_bytes(folder / "in.wav", wav_bytes(sine(2, 440)));
    ASSERT_TRUE(
        audiomuse::test::ffmpeg({"-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1", (folder / "cover.png").string()}));
    for (const std::string name : {"a.mp3", "a.m4a", "a.flac"}) {
        ASSERT_TRUE(
            audiomuse::test::ffmpeg({"-i", (folder / "cover.png").string(), "-i", (folder / "in.wav").string(), "-map", "0:v",
                                     "-map", "1:a", "-c:v", "copy", "-disposition:v", "attached_pic", (folder / name).string()}))
            << name;
        const UniqueFd fd = open_file(folder / name);
        const auto decoded = decode(fd.get());
        ASSERT_TRUE(decoded) << name << ": " << decoded.error().reason;
        EXPECT_NEAR(decoded->summary.duration_s, 2, 0.03) << name;
    }
}

TEST(FormatsTest, chained_streams_may_change_rate_and_layout) {
    if (!has_ffmpeg()) {
        GTEST_SKIP() << "there is no ffmpeg command";
    }
    const TemporaryFolder folder;
    write_bytes(folder / "in.wav", wav_bytes(sine(2, 440, 0.4, 48'000, 2)));
    ASSERT_TRUE(convert(folder / "in.wav", {"-c:a", "mp2", "-ar", "48000", "-ac", "2"}, folder / "a.mp2"));
    ASSERT_TRUE(convert(folder / "in.wav", {"-c:a", "mp2", "-ar", "32000", "-ac", "1"}, folder / "b.mp2"));
    const std::string both = audiomuse::test::read_bytes(folder / "a.mp2") + audiomuse::test::read_bytes(folder / "b.mp2");
    const auto decoded = decode(audiomuse::test::memory_file(both).get());
    ASSERT_TRUE(decoded);
    EXPECT_NEAR(decoded->summary.duration_s, 4, 0.15);
    EXPECT_NEAR(static_cast<double>(decoded->pcm.size()), decoded->summary.duration_s * 16'000, 2);
    const auto second = std::span(decoded->pcm).subspan(40'000, 16'000);
    EXPECT_NEAR(test::fit_sine(second, 440).amplitude, 0.4, 0.02);
}

TEST(FormatsTest, sndfile_takes_what_ffmpeg_does_not_know) {
    // "2BIT" AVR: 128 bytes of header, then big-endian samples (Audio Visual Research).
    std::string bytes = "2BIT";
    bytes += std::string("tone\0\0\0\0", 8);
    bytes += std::string("\0\0\0\x10\xff\xff\0\0\xff\xff\0\0\x3e\x80", 14); // mono, 16 bits, signed, no loop, 16 kHz
    bytes += std::string("\0\0\x7d\0", 4);                                  // 32,000 frames
    bytes.resize(128, '\0');
    for (int i = 0; i < 32'000; ++i) {
        const auto sample = static_cast<std::int16_t>(std::lround(16'000 * std::sin(2 * M_PI * 440 * i / 16'000)));
        bytes += static_cast<char>(sample >> 8);
        bytes += static_cast<char>(sample & 0xff);
    }
    const UniqueFd fd = audiomuse::test::memory_file(bytes);
    const auto decoded = decode(fd.get());
    ASSERT_TRUE(decoded) << decoded.error().reason;
    EXPECT_EQ(decoded->format.container, "AVR (Audio Visual Research)");
    EXPECT_EQ(decoded->format.sample_rate_hz, 16'000);
    EXPECT_DOUBLE_EQ(decoded->summary.duration_s, 2);
    EXPECT_NEAR(test::fit_sine(decoded->pcm, 440).amplitude, 16'000.0 / 32'768, 1e-3);
    EXPECT_EQ(identify(fd.get()), decoded->summary.identity);
    EXPECT_EQ(decoded->summary.identity.size(), 32);
}

TEST(FormatsTest, the_formats_that_people_have_are_available) {
    const auto formats = format_support();
    for (const FormatSupport& format : formats) {
        EXPECT_TRUE(format.available) << format.name;
    }
    EXPECT_EQ(formats.front().name, "MP3");
    EXPECT_THAT(decoding_libraries(), testing::MatchesRegex("FFmpeg libavcodec [0-9.]+, libFLAC [0-9.]+, libsndfile-[0-9.]+"));
}

} // namespace
} // namespace audiomuse::audio
