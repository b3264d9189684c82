#include <chrono>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <audio/decode.hpp>
#include <audio/decoder.hpp>
#include <support/audio_files.hpp>

namespace audiomuse::audio {
namespace {

using audiomuse::test::memory_file;
using audiomuse::test::sine;
using audiomuse::test::synthesise;
using audiomuse::test::wav_bytes;
using audiomuse::test::wav_header;
using audiomuse::test::WavFormat;
using test::decode;
using test::fit_sine;
using test::inner;

TEST(DecoderTest, decodes_a_plain_wav) {
    const UniqueFd fd = memory_file(wav_bytes(sine(2, 440)));
    const auto decoded = decode(fd.get());
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->format.container, "wav");
    EXPECT_EQ(decoded->format.codec, "pcm_s16le");
    EXPECT_EQ(decoded->format.sample_rate_hz, 44'100);
    EXPECT_EQ(decoded->format.channels, 1);
    EXPECT_EQ(decoded->format.announced_s, 2.0);
    EXPECT_DOUBLE_EQ(decoded->summary.duration_s, 2.0);
    EXPECT_EQ(decoded->summary.samples, 32'000);
    EXPECT_EQ(decoded->summary.damaged_packets, 0);
    EXPECT_FALSE(decoded->summary.partial);
    EXPECT_EQ(decoded->pcm.size(), 32'000);
    const auto fit = fit_sine(inner(decoded->pcm), 440);
    EXPECT_NEAR(fit.amplitude, 0.5, 1e-3);
    EXPECT_LT(fit.residual, 2e-5);
}

TEST(DecoderTest, sixteen_kilohertz_passes_unchanged) {
    const auto pcm = sine(1, 300, 0.7, 16'000);
    const UniqueFd fd = memory_file(wav_bytes(pcm, WavFormat::float32));
    const auto decoded = decode(fd.get());
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->pcm, pcm.samples);
}

TEST(DecoderTest, does_not_touch_the_descriptors_own_offset) {
    const UniqueFd fd = memory_file(wav_bytes(sine(1, 440)));
    ASSERT_EQ(::lseek(fd.get(), 17, SEEK_SET), 17);
    ASSERT_TRUE(decode(fd.get()));
    EXPECT_EQ(::lseek(fd.get(), 0, SEEK_CUR), 17);
}

TEST(DecoderTest, blocks_are_neither_empty_nor_large) {
    const UniqueFd fd = memory_file(wav_bytes(sine(5, 440)));
    auto decoder = Decoder::open(fd.get());
    ASSERT_TRUE(decoder);
    std::vector<std::size_t> sizes;
    ASSERT_TRUE(decoder->run([&](std::span<const float> block) {
        sizes.push_back(block.size());
        return true;
    }));
    EXPECT_THAT(sizes, testing::ElementsAre(16'384, 16'384, 16'384, 16'384, 14'464));
}

struct WavCase {
    WavFormat format;
    int sample_rate_hz;
    int channels;
};

class WavCaseTest : public testing::TestWithParam<WavCase> {};

TEST_P(WavCaseTest, keeps_a_tone) {
    const auto [format, rate, channels] = GetParam();
    const UniqueFd fd = memory_file(wav_bytes(sine(1, 700, 0.5, rate, channels), format));
    const auto decoded = decode(fd.get());
    ASSERT_TRUE(decoded) << decoded.error().reason;
    EXPECT_EQ(decoded->format.channels, channels);
    EXPECT_NEAR(decoded->summary.duration_s, 1, 1e-9);
    EXPECT_NEAR(static_cast<double>(decoded->pcm.size()), 16'000, 1);
    const auto fit = fit_sine(inner(decoded->pcm), 700);
    EXPECT_NEAR(fit.amplitude, 0.5, 5e-3);
    EXPECT_LT(fit.residual, format == WavFormat::pcm_u8 ? 5e-3 : 3e-5);
}

INSTANTIATE_TEST_SUITE_P(All, WavCaseTest,
                         testing::Values(WavCase{WavFormat::pcm_u8, 8'000, 1}, WavCase{WavFormat::pcm_s16, 11'025, 2},
                                         WavCase{WavFormat::pcm_s24, 22'050, 2}, WavCase{WavFormat::pcm_s32, 32'000, 1},
                                         WavCase{WavFormat::float32, 48'000, 2}, WavCase{WavFormat::float64, 96'000, 2},
                                         WavCase{WavFormat::pcm_s16, 192'000, 2}, WavCase{WavFormat::pcm_s16, 44'100, 3},
                                         WavCase{WavFormat::pcm_s16, 44'100, 6}, WavCase{WavFormat::pcm_s16, 48'000, 8}));

TEST(DecoderTest, mixes_surround_by_its_weights) {
    // One channel after another is loud; of 5.1 the mix keeps 0.2071 (front), 0.2929 (centre), nothing (LFE), 0.1464 (surround).
    const double expected[] = {0.207107, 0.207107, 0.292893, 0, 0.146447, 0.146447};
    for (int loud = 0; loud < 6; ++loud) {
        const auto pcm = synthesise(0.5, 16'000, 6, [&](double, int channel) { return channel == loud ? 0.8 : 0.0; });
        const UniqueFd fd = memory_file(wav_bytes(pcm, WavFormat::float32, 0x3f));
        const auto decoded = decode(fd.get());
        ASSERT_TRUE(decoded);
        ASSERT_EQ(decoded->pcm.size(), 8'000);
        EXPECT_NEAR(decoded->pcm[4'000], 0.8 * expected[loud], 1e-5) << loud;
    }
}

TEST(DecoderTest, silence_is_silence) {
    const UniqueFd fd = memory_file(wav_bytes(sine(1, 440, 0)));
    const auto decoded = decode(fd.get());
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->pcm, std::vector<float>(16'000, 0.0F));
}

TEST(DecoderTest, what_is_no_number_becomes_zero) {
    auto pcm = sine(1, 440, 0.5, 16'000);
    pcm.samples[100] = std::numeric_limits<float>::quiet_NaN();
    pcm.samples[200] = std::numeric_limits<float>::infinity();
    pcm.samples[300] = 1e30F;
    const UniqueFd fd = memory_file(wav_bytes(pcm, WavFormat::float32));
    const auto decoded = decode(fd.get());
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->pcm[100], 0);
    EXPECT_EQ(decoded->pcm[200], 0);
    EXPECT_EQ(decoded->pcm[300], 8);
    EXPECT_EQ(decoded->pcm[301], pcm.samples[301]);
}

TEST(DecoderTest, the_sink_can_stop_it) {
    const UniqueFd fd = memory_file(wav_bytes(sine(5, 440)));
    auto decoder = Decoder::open(fd.get());
    ASSERT_TRUE(decoder);
    int blocks = 0;
    const auto summary = decoder->run([&](std::span<const float>) { return ++blocks < 2; });
    ASSERT_FALSE(summary);
    EXPECT_EQ(summary.error().code, DecodeFailureCode::cancelled);
    EXPECT_EQ(blocks, 2);
}

TEST(DecoderTest, a_stop_request_ends_it) {
    const UniqueFd fd = memory_file(wav_bytes(sine(5, 440)));
    std::stop_source source;
    DecodeOptions options;
    options.stop = source.get_token();
    auto decoder = Decoder::open(fd.get(), options);
    ASSERT_TRUE(decoder);
    int blocks = 0;
    const auto summary = decoder->run([&](std::span<const float>) {
        source.request_stop();
        ++blocks;
        return true;
    });
    ASSERT_FALSE(summary);
    EXPECT_EQ(summary.error().code, DecodeFailureCode::cancelled);
    EXPECT_EQ(blocks, 1);
    const auto opened = Decoder::open(fd.get(), options);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, DecodeFailureCode::cancelled);
    const auto identity = identify(fd.get(), source.get_token());
    ASSERT_FALSE(identity);
    EXPECT_EQ(identity.error().code, DecodeFailureCode::cancelled);
}

TEST(DecoderTest, longer_than_the_limit_is_too_long) {
    const UniqueFd fd = memory_file(wav_bytes(sine(3, 440, 0.5, 8'000)));
    DecodeOptions options;
    options.max_duration = std::chrono::seconds(2);
    const auto decoded = decode(fd.get(), options);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, DecodeFailureCode::too_long);
    options.max_duration = std::chrono::seconds(3);
    EXPECT_TRUE(decode(fd.get(), options));
}

TEST(DecoderTest, a_pipe_is_refused) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const UniqueFd reader(ends[0]);
    const UniqueFd writer(ends[1]);
    const auto decoder = Decoder::open(reader.get());
    ASSERT_FALSE(decoder);
    EXPECT_EQ(decoder.error().code, DecodeFailureCode::io);
}

long resident_kib() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        if (word == "VmRSS:") {
            long kib = 0;
            status >> kib;
            return kib;
        }
    }
    return 0;
}

TEST(DecoderTest, two_hours_need_no_more_memory_than_two_seconds) {
#ifdef AUDIOMUSE_SANITIZED
    GTEST_SKIP() << "sanitizers keep freed memory";
#endif
    constexpr std::uint32_t k_data_bytes = 8'000 * 2 * 7'200;
    const UniqueFd fd = memory_file(wav_header(8'000, 1, k_data_bytes));
    ASSERT_EQ(::ftruncate(fd.get(), 44 + static_cast<off_t>(k_data_bytes)), 0); // a hole reads as silence
    ASSERT_TRUE(decode(memory_file(wav_bytes(sine(2, 440))).get()));
    const long before = resident_kib();
    auto decoder = Decoder::open(fd.get());
    ASSERT_TRUE(decoder);
    long most = before;
    std::uint64_t samples = 0;
    const auto summary = decoder->run([&](std::span<const float> block) {
        samples += block.size();
        most = samples % (16'384 * 500) == 0 ? std::max(most, resident_kib()) : most;
        return true;
    });
    ASSERT_TRUE(summary);
    EXPECT_DOUBLE_EQ(summary->duration_s, 7'200);
    EXPECT_EQ(samples, 7'200U * 16'000U);
    EXPECT_LT(most - before, 8 * 1'024);
}

} // namespace
} // namespace audiomuse::audio
