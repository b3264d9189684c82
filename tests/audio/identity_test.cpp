#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <audio/decode.hpp>
#include <audio/decoder.hpp>
#include <support/audio_files.hpp>

namespace audiomuse::audio {
namespace {

using audiomuse::test::convert;
using audiomuse::test::has_ffmpeg;
using audiomuse::test::memory_file;
using audiomuse::test::music;
using audiomuse::test::open_file;
using audiomuse::test::sine;
using audiomuse::test::TemporaryFolder;
using audiomuse::test::wav_bytes;
using audiomuse::test::write_bytes;

TEST(IdentityTest, is_that_of_the_decoding_pass) {
    const UniqueFd fd = memory_file(wav_bytes(sine(1, 440)));
    const auto decoded = test::decode(fd.get());
    ASSERT_TRUE(decoded);
    const auto identity = identify(fd.get());
    ASSERT_TRUE(identity);
    EXPECT_EQ(*identity, decoded->summary.identity);
    EXPECT_THAT(*identity, testing::MatchesRegex("[0-9a-f]{32}"));
}

TEST(IdentityTest, is_stable) {
    // Stored with every analysis: when this value changes, every library loses its analyses on the next move.
    const std::string bytes = audiomuse::test::wav_header(8'000, 1, 16'000) + std::string(16'000, '\x11');
    EXPECT_EQ(identify(memory_file(bytes).get()), "0ad52b9482a8e67f06fbe2394888c7a7");
}

TEST(IdentityTest, differs_with_the_audio) {
    const auto of = [](const audiomuse::test::Pcm& pcm) { return identify(memory_file(wav_bytes(pcm)).get()).value(); };
    EXPECT_NE(of(sine(1, 440)), of(sine(1, 441)));
    EXPECT_NE(of(sine(1, 440)), of(sine(1.1, 440)));
    EXPECT_NE(of(sine(1, 440, 0, 44'100)), of(sine(1, 440, 0, 22'050, 2)));
}

TEST(IdentityTest, fails_like_the_decoder) {
    EXPECT_EQ(identify(memory_file("").get()).error().code, DecodeFailureCode::not_audio);
    EXPECT_EQ(identify(memory_file("This is not music.").get()).error().code, DecodeFailureCode::not_audio);
    EXPECT_EQ(identify(-1).error().code, DecodeFailureCode::io);
}

struct Retag {
    std::string file;
    std::vector<std::string> encode;
    std::vector<std::string> retag;
};

void PrintTo(const Retag& retag, std::ostream* out) { *out << retag.file; }

class RetagTest : public testing::TestWithParam<Retag> {};

TEST_P(RetagTest, keeps_the_identity) {
    if (!has_ffmpeg()) {
        GTEST_SKIP() << "there is no ffmpeg command";
    }
    const Retag& retag = GetParam();
    const TemporaryFolder folder;
    write_bytes(folder / "in.wav", wav_bytes(music(2)));
    std::vector<std::string> encode = retag.encode;
    encode.insert(encode.end(), {"-metadata", "title=First"});
    ASSERT_TRUE(convert(folder / "in.wav", encode, folder / ("first" + retag.file)));
    std::vector<std::string> copy{
        "-c", "copy", "-metadata", "title=" + std::string(3'000, 'x'), "-metadata", "artist=Someone else"};
    copy.insert(copy.end(), retag.retag.begin(), retag.retag.end());
    ASSERT_TRUE(convert(folder / ("first" + retag.file), copy, folder / ("second" + retag.file)));
    const UniqueFd first = open_file(folder / ("first" + retag.file));
    const UniqueFd second = open_file(folder / ("second" + retag.file));
    ASSERT_NE(audiomuse::test::read_bytes(folder / ("first" + retag.file)),
              audiomuse::test::read_bytes(folder / ("second" + retag.file)));
    const auto before = identify(first.get());
    ASSERT_TRUE(before) << before.error().reason;
    EXPECT_EQ(identify(second.get()), *before);
}

INSTANTIATE_TEST_SUITE_P(All, RetagTest,
                         testing::Values(Retag{".mp3", {"-c:a", "libmp3lame", "-id3v2_version", "3"}, {"-id3v2_version", "4"}},
                                         Retag{".v1.mp3", {"-c:a", "libmp3lame", "-q:a", "4"}, {"-write_id3v1", "1"}},
                                         Retag{".ape.mp3", {"-c:a", "libmp3lame", "-write_xing", "0"}, {"-write_apetag", "1"}},
                                         Retag{".flac", {}, {}}, Retag{".ogg", {"-c:a", "libvorbis"}, {}},
                                         Retag{".opus", {"-c:a", "libopus"}, {}}, Retag{".oga", {"-c:a", "flac"}, {}},
                                         Retag{".m4a", {"-c:a", "aac"}, {"-movflags", "+faststart"}},
                                         Retag{".alac.m4a", {"-c:a", "alac"}, {}}, Retag{".wav", {}, {}}, Retag{".aiff", {}, {}},
                                         Retag{".wv", {}, {}}, Retag{".tta", {}, {}}, Retag{".wma", {}, {}},
                                         Retag{".mka", {"-c:a", "libopus"}, {}}));

} // namespace
} // namespace audiomuse::audio
