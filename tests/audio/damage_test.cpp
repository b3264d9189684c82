#include <filesystem>
#include <memory>
#include <random>
#include <string>

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
using audiomuse::test::read_bytes;
using audiomuse::test::sine;
using audiomuse::test::TemporaryFolder;
using audiomuse::test::wav_bytes;
using audiomuse::test::wav_header;
using audiomuse::test::write_bytes;
using test::decode;

void expect_failure(const std::string& bytes, DecodeFailureCode code, const char* reason) {
    const UniqueFd fd = memory_file(bytes);
    const auto decoded = decode(fd.get());
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, code);
    EXPECT_EQ(decoded.error().reason, reason);
}

std::string noise(std::size_t size) {
    std::mt19937 random(7);
    std::string bytes(size, '\0');
    for (char& byte : bytes) {
        byte = static_cast<char>(random() & 0xff);
    }
    return bytes;
}

TEST(DamageTest, what_is_no_audio) {
    expect_failure("", DecodeFailureCode::not_audio, "The file is empty.");
    const char* k_unknown = "No decoder knows this kind of file.";
    expect_failure("This is not music.\n", DecodeFailureCode::not_audio, k_unknown);
    expect_failure(std::string(4'000, '\0'), DecodeFailureCode::not_audio, k_unknown);
    expect_failure(noise(300'000), DecodeFailureCode::not_audio, k_unknown);
    expect_failure(std::string("ID3\x03\0\0\0\0\0\x10", 10) + std::string(16, '\0') + "hello world", DecodeFailureCode::not_audio,
                   k_unknown);
    std::string text;
    for (int i = 0; i < 20'000; ++i) {
        text += "line " + std::to_string(i) + "\n";
    }
    expect_failure(text, DecodeFailureCode::not_audio, k_unknown);
}

TEST(DamageTest, formats_that_refer_to_other_files_are_no_audio) {
    const char* k_unknown = "No decoder knows this kind of file.";
    expect_failure("ffconcat version 1.0\nfile /etc/passwd\n", DecodeFailureCode::not_audio, k_unknown);
    expect_failure("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1/a.ts\n#EXT-X-ENDLIST\n",
                   DecodeFailureCode::not_audio, k_unknown);
    expect_failure("v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
                   DecodeFailureCode::not_audio, k_unknown);
}

TEST(DamageTest, a_truncated_wav_is_partial_or_damaged) {
    const std::string bytes = wav_bytes(sine(40, 440, 0.5, 8'000));
    const auto most = decode(memory_file(bytes.substr(0, 44 + 16'000 * 32)).get());
    ASSERT_TRUE(most);
    EXPECT_TRUE(most->summary.partial);
    EXPECT_NEAR(most->summary.duration_s, 32, 0.01);
    const char* k_reason = "Too much of the file is damaged or missing.";
    expect_failure(bytes.substr(0, 44 + 16'000 * 25), DecodeFailureCode::damaged, k_reason);
    expect_failure(bytes.substr(0, 44 + 16'000 * 2), DecodeFailureCode::damaged, k_reason);
}

TEST(DamageTest, a_header_that_lies_about_the_length) {
    const std::string samples = wav_bytes(sine(40, 440, 0.5, 8'000)).substr(44);
    expect_failure(wav_header(8'000, 1, 16'000 * 7'200) + samples, DecodeFailureCode::damaged,
                   "Too much of the file is damaged or missing.");
    for (const std::uint32_t placeholder : {0U, 0x7fff'ffffU, 0xffff'ffffU}) {
        const auto decoded = decode(memory_file(wav_header(8'000, 1, placeholder) + samples).get());
        ASSERT_TRUE(decoded) << placeholder;
        EXPECT_DOUBLE_EQ(decoded->summary.duration_s, 40) << placeholder;
        EXPECT_FALSE(decoded->summary.partial) << placeholder;
    }
}

TEST(DamageTest, impossible_headers) {
    for (const std::string& bytes : {wav_header(0, 1, 1'000), wav_header(44'100, 0, 1'000), wav_header(44'100, 65'535, 1'000),
                                     wav_header(2'000'000'000, 1, 1'000), wav_header(1, 1, 1'000)}) {
        const auto decoded = decode(memory_file(bytes + std::string(100'000, 'x')).get());
        ASSERT_FALSE(decoded);
        EXPECT_TRUE(decoded.error().code == DecodeFailureCode::damaged || decoded.error().code == DecodeFailureCode::not_audio);
    }
}

class EncodedDamageTest : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        s_folder = std::make_unique<TemporaryFolder>();
        write_bytes(*s_folder / "in.wav", wav_bytes(music(40, 120, 16'000, 1)));
    }
    static void TearDownTestSuite() { s_folder.reset(); }

    void SetUp() override {
        if (!has_ffmpeg()) {
            GTEST_SKIP() << "there is no ffmpeg command";
        }
    }

    /// Forty seconds of music; made once a name.
    static std::string encoded(const std::string& name, const std::vector<std::string>& options = {}) {
        const auto file = *s_folder / name;
        EXPECT_TRUE(std::filesystem::exists(file) || convert(*s_folder / "in.wav", options, file));
        return read_bytes(file);
    }

  private:
    inline static std::unique_ptr<TemporaryFolder> s_folder;
};

TEST_F(EncodedDamageTest, junk_instead_of_flac_frames) {
    std::string bytes = encoded("a.flac");
    const std::size_t head = 9'000;
    ASSERT_GT(bytes.size(), 3 * head);
    std::string junk;
    while (junk.size() < bytes.size() - head) {
        junk += "not audio at all\n";
    }
    const auto decoded = decode(memory_file(bytes.substr(0, head) + junk).get());
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, DecodeFailureCode::damaged);
    // Behind whole frames it costs nothing.
    const auto tail = decode(memory_file(bytes + junk.substr(0, 5'000)).get());
    ASSERT_TRUE(tail);
    EXPECT_NEAR(tail->summary.duration_s, 40, 0.3);
}

TEST_F(EncodedDamageTest, truncated_files_tell_their_length) {
    const std::vector<std::pair<std::string, std::vector<std::string>>> files{
        {"a.flac", {}}, {"a.mp3", {}}, {"a.wv", {}}, {"faststart.m4a", {"-movflags", "+faststart"}}};
    for (const auto& [name, options] : files) {
        const std::string bytes = encoded(name, options);
        const auto most = decode(memory_file(bytes.substr(0, bytes.size() * 85 / 100)).get());
        ASSERT_TRUE(most) << name << ": " << most.error().reason;
        EXPECT_TRUE(most->summary.partial) << name;
        EXPECT_GT(most->summary.duration_s, 30) << name;
        EXPECT_LT(most->summary.duration_s, 38) << name;
        const auto little = decode(memory_file(bytes.substr(0, bytes.size() / 3)).get());
        ASSERT_FALSE(little) << name;
        EXPECT_EQ(little.error().code, DecodeFailureCode::damaged) << name;
    }
}

TEST_F(EncodedDamageTest, an_mp4_without_its_index_is_damaged) {
    const std::string bytes = encoded("a.m4a");
    expect_failure(bytes.substr(0, bytes.size() / 2), DecodeFailureCode::damaged, "The file's headers are damaged.");
}

TEST_F(EncodedDamageTest, a_flipped_byte_here_and_there_is_no_matter) {
    for (const std::string name : {"a.flac", "a.mp3"}) {
        std::string bytes = encoded(name);
        for (const int percent : {30, 60}) {
            bytes[bytes.size() * static_cast<std::size_t>(percent) / 100] ^= 0x55;
        }
        const UniqueFd fd = memory_file(bytes);
        const auto decoded = decode(fd.get());
        ASSERT_TRUE(decoded) << name << ": " << decoded.error().reason;
        EXPECT_NEAR(decoded->summary.duration_s, 40, 1.5) << name;
        EXPECT_EQ(identify(fd.get()), decoded->summary.identity) << name;
    }
}

TEST_F(EncodedDamageTest, a_large_tag_in_front_hides_nothing) {
    const std::string audio = encoded("a.mp3");
    const std::string tag = std::string("ID3\x03\0\0\0\x7f\x7f\x7f", 10) + std::string(0x1f'ffff, '\0');
    const auto plain = decode(memory_file(audio).get());
    const auto tagged = decode(memory_file(tag + audio).get());
    ASSERT_TRUE(plain);
    ASSERT_TRUE(tagged) << tagged.error().reason;
    EXPECT_EQ(tagged->pcm, plain->pcm);
    EXPECT_EQ(tagged->summary.identity, plain->summary.identity);
}

TEST_F(EncodedDamageTest, random_damage_never_breaks_the_rules) {
    std::mt19937 random(11);
    for (const std::string name : {"a.flac", "a.mp3", "a.ogg", "a.opus", "a.m4a", "a.wv"}) {
        const std::string good = encoded(name).substr(0, 60'000);
        for (int round = 0; round < 8; ++round) {
            std::string bytes = good;
            for (int i = 0; i < 40; ++i) {
                bytes[random() % bytes.size()] = static_cast<char>(random() & 0xff);
            }
            const UniqueFd fd = memory_file(bytes);
            const auto decoded = decode(fd.get());
            if (!decoded) {
                EXPECT_FALSE(decoded.error().reason.empty());
                continue;
            }
            EXPECT_EQ(decoded->summary.samples, decoded->pcm.size());
            for (const float sample : decoded->pcm) {
                ASSERT_LE(std::fabs(sample), 17.0F);
            }
        }
    }
}

} // namespace
} // namespace audiomuse::audio
