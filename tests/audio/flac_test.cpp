#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <audio/decode.hpp>
#include <audio/decoder.hpp>
#include <audio/detail/flac_decoder.hpp>
#include <support/audio_files.hpp>

extern "C" {
#include <libavcodec/codec_par.h>
#include <libavcodec/defs.h>
#include <libavutil/mem.h>
}

namespace audiomuse::audio {
namespace {

using audiomuse::test::convert;
using audiomuse::test::has_ffmpeg;
using audiomuse::test::memory_file;
using audiomuse::test::music;
using audiomuse::test::Pcm;
using audiomuse::test::read_bytes;
using audiomuse::test::sine;
using audiomuse::test::TemporaryFolder;
using audiomuse::test::wav_bytes;
using audiomuse::test::WavFormat;
using audiomuse::test::write_bytes;
using test::decode;
using test::Decoded;

class FlacTest : public testing::Test {
  protected:
    void SetUp() override {
        if (!has_ffmpeg()) {
            GTEST_SKIP() << "there is no ffmpeg command";
        }
    }

    /// The bytes of a file of this name, made of a WAV file.
    std::string encoded(const std::string& name, const std::string& wav, const std::vector<std::string>& options = {}) {
        write_bytes(m_folder / "in.wav", wav);
        EXPECT_TRUE(convert(m_folder / "in.wav", options, m_folder / name)) << name;
        return read_bytes(m_folder / name);
    }

    static Decoded decoded(const std::string& bytes) {
        auto result = decode(memory_file(bytes).get());
        EXPECT_TRUE(result) << result.error().reason;
        return result ? std::move(*result) : Decoded{};
    }

  private:
    TemporaryFolder m_folder;
};

/// The frames alone: what follows "fLaC" and its metadata blocks. RFC 9639, section 8.1.
std::string frames_of(const std::string& file) {
    const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(file.at(at))); };
    std::size_t at = 4;
    for (bool last = false; !last;) {
        last = (byte(at) & 0x80) != 0;
        at += 4 + (byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3));
    }
    return file.substr(at);
}

TEST_F(FlacTest, gives_the_samples_of_the_wav_to_the_last_bit) {
    struct Case {
        std::string file;
        Pcm pcm;
        WavFormat format = WavFormat::pcm_s16;
        std::uint32_t mask = 0;
    };
    const std::vector<Case> cases{{"stereo.flac", music(2)},
                                  {"mono.flac", music(2, 120, 22'050, 1)},
                                  {"fine.flac", music(2, 120, 96'000, 2), WavFormat::pcm_s24},
                                  {"surround.flac", sine(1, 440, 0.7, 48'000, 6), WavFormat::pcm_s16, 0x3f},
                                  {"stereo.oga", music(2)}};
    for (const auto& [file, pcm, format, mask] : cases) {
        const std::string wav = wav_bytes(pcm, format, mask);
        const Decoded flac = decoded(encoded(file, wav, {"-c:a", "flac"}));
        EXPECT_EQ(flac.format.codec, "flac") << file;
        EXPECT_EQ(flac.summary.duration_s, pcm.duration_s()) << file;
        EXPECT_EQ(flac.summary.damaged_packets, 0) << file;
        EXPECT_EQ(flac.pcm, decoded(wav).pcm) << file;
    }
}

TEST_F(FlacTest, a_frame_that_fails_its_checksum_gives_nothing) {
    constexpr std::size_t k_frame = 4'096;
    const std::string good = encoded("a.flac", wav_bytes(music(40, 120, 16'000, 1)), {"-frame_size", std::to_string(k_frame)});
    std::string bytes = good;
    bytes[bytes.size() / 2] ^= 0x10;
    const Decoded whole = decoded(good);
    const Decoded damaged = decoded(bytes);
    EXPECT_EQ(damaged.summary.damaged_packets, 1);
    EXPECT_FALSE(damaged.summary.partial);
    ASSERT_EQ(damaged.pcm.size(), whole.pcm.size() - k_frame);
    const auto cut = std::mismatch(damaged.pcm.begin(), damaged.pcm.end(), whole.pcm.begin()).first - damaged.pcm.begin();
    EXPECT_EQ(cut % k_frame, 0);
    EXPECT_TRUE(std::equal(damaged.pcm.begin() + cut, damaged.pcm.end(), whole.pcm.begin() + cut + k_frame));
}

TEST_F(FlacTest, the_channels_may_change_on_the_way) {
    const std::string mono = encoded("mono.flac", wav_bytes(sine(2, 440, 0.4, 16'000, 1)));
    const std::string surround = encoded("surround.flac", wav_bytes(sine(2, 440, 0.4, 16'000, 6), WavFormat::pcm_s16, 0x3f));
    const Decoded both = decoded(mono + frames_of(surround));
    EXPECT_EQ(both.summary.duration_s, 4);
    EXPECT_EQ(both.summary.damaged_packets, 0);
    ASSERT_EQ(both.pcm.size(), 64'000);
    for (const std::size_t start : {2'000U, 34'000U}) {
        EXPECT_NEAR(test::fit_sine(std::span(both.pcm).subspan(start, 28'000), 440).amplitude, 0.4, 1e-3) << start;
    }
}

TEST_F(FlacTest, the_sink_can_stop_it) {
    const std::string bytes = encoded("a.flac", wav_bytes(music(5)));
    const UniqueFd fd = memory_file(bytes);
    auto decoder = Decoder::open(fd.get());
    ASSERT_TRUE(decoder);
    int blocks = 0;
    const auto summary = decoder->run([&](std::span<const float>) { return ++blocks < 2; });
    ASSERT_FALSE(summary);
    EXPECT_EQ(summary.error().code, DecodeFailureCode::cancelled);
    EXPECT_EQ(blocks, 2);
    DecodeOptions options;
    options.max_duration = std::chrono::seconds(3);
    const auto too_long = decode(fd.get(), options);
    ASSERT_FALSE(too_long);
    EXPECT_EQ(too_long.error().code, DecodeFailureCode::too_long);
}

TEST_F(FlacTest, what_the_headers_say_of_block_sizes_is_no_matter) {
    const std::string good = encoded("a.flac", wav_bytes(music(5)));
    std::string bytes = good;
    bytes.replace(8, 10, std::string("\0\1\0\1\0\0\1\0\0\1", 10)); // least and largest, in samples and in bytes
    EXPECT_EQ(decoded(bytes).pcm, decoded(good).pcm);
}

TEST(FlacDecoderTest, needs_a_stream_info_block) {
    const std::unique_ptr<AVCodecParameters, void (*)(AVCodecParameters*)> parameters(
        avcodec_parameters_alloc(), [](AVCodecParameters* each) { avcodec_parameters_free(&each); });
    EXPECT_EQ(detail::open_flac_decoder(*parameters), nullptr);
    parameters->extradata = static_cast<std::uint8_t*>(av_mallocz(34 + AV_INPUT_BUFFER_PADDING_SIZE));
    parameters->extradata_size = 33;
    EXPECT_EQ(detail::open_flac_decoder(*parameters), nullptr);
    parameters->extradata_size = 34;
    EXPECT_NE(detail::open_flac_decoder(*parameters), nullptr);
}

} // namespace
} // namespace audiomuse::audio
