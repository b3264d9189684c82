#include <string>

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <audio/detail/audio_extent.hpp>
#include <audio/detail/wav_length.hpp>
#include <support/audio_files.hpp>

namespace audiomuse::audio::detail {
namespace {

using audiomuse::test::memory_file;
using namespace std::string_literals;

const std::string k_audio(1'000, 'a');

std::string id3v2(std::size_t body, char flags = 0) {
    const auto byte = [&](int shift) { return static_cast<char>(body >> shift & 0x7f); };
    return "ID3\x04\x00"s + flags + byte(21) + byte(14) + byte(7) + byte(0) + std::string(body, 'x');
}

std::string id3v1() { return "TAG" + std::string(125, 't'); }

std::string apev2(std::size_t items, bool with_header) {
    const std::size_t size = items + 32;
    const auto block = [&](char flags) {
        return "APETAGEX\xd0\x07\x00\x00"s + static_cast<char>(size & 0xff) + static_cast<char>(size >> 8) + "\0\0\1\0\0\0"s +
               "\0\0\0"s + flags + std::string(8, '\0');
    };
    return (with_header ? block('\xa0') : "") + std::string(items, 'i') + block(with_header ? '\x80' : '\0');
}

void expect_extent(const std::string& bytes, std::size_t begin, std::size_t end) {
    const UniqueFd fd = memory_file(bytes);
    const auto extent = find_audio_extent(fd.get());
    ASSERT_TRUE(extent);
    EXPECT_EQ(extent->begin, begin);
    EXPECT_EQ(extent->end, end);
}

TEST(AudioExtentTest, leaves_plain_files_alone) {
    expect_extent(k_audio, 0, 1'000);
    expect_extent("", 0, 0);
    expect_extent("ID3", 0, 3);
    expect_extent("TAG", 0, 3);
}

TEST(AudioExtentTest, skips_tags_in_front) {
    expect_extent(id3v2(300) + k_audio, 310, 1'310);
    expect_extent(id3v2(300) + id3v2(20) + k_audio, 340, 1'340);
    expect_extent(id3v2(300, 0x10) + std::string(10, 'f') + k_audio, 320, 1'320);
}

TEST(AudioExtentTest, skips_tags_behind) {
    expect_extent(k_audio + id3v1(), 0, 1'000);
    expect_extent(k_audio + apev2(77, false), 0, 1'000);
    expect_extent(k_audio + apev2(500, true), 0, 1'000);
    expect_extent(k_audio + apev2(500, true) + id3v1(), 0, 1'000);
    expect_extent(k_audio + "LYRICSBEGIN" + std::string(9, 'l') + "000020LYRICS200" + id3v1(), 0, 1'000);
}

TEST(AudioExtentTest, ignores_lying_sizes) {
    expect_extent("ID3\x04\x00\x00\x7f\x7f\x7f\x7f"s + k_audio, 0, 1'010);
    expect_extent("ID3\x04\x00\x00\x00\x00\x00\x80"s + k_audio, 0, 1'010);
    expect_extent(k_audio + "APETAGEX\xd0\x07\x00\x00\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"s, 0, 1'032);
    expect_extent(k_audio + "999999LYRICS200", 0, 1'015);
    expect_extent(id3v2(100) + id3v1(), 110, 238);
}

TEST(AudioExtentTest, refuses_what_is_no_regular_file) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const UniqueFd reader(ends[0]);
    const UniqueFd writer(ends[1]);
    const auto pipe = find_audio_extent(reader.get());
    ASSERT_FALSE(pipe);
    EXPECT_EQ(pipe.error().code, DecodeFailureCode::io);
    ASSERT_FALSE(find_audio_extent(-1));
}

std::optional<double> announced(const std::string& bytes) {
    const UniqueFd fd = memory_file(bytes);
    return wav_announced_s(fd.get(), {0, static_cast<std::int64_t>(bytes.size())});
}

TEST(WavLengthTest, reads_the_header) {
    EXPECT_EQ(announced(audiomuse::test::wav_header(44'100, 2, 176'400 * 7)), 7.0);
    EXPECT_EQ(announced(audiomuse::test::wav_header(8'000, 1, 8'000)), 0.5);
    std::string with_list = audiomuse::test::wav_header(8'000, 1, 16'000);
    with_list.insert(36, "LIST\x05\x00\x00\x00hello\x00"s);
    EXPECT_EQ(announced(with_list), 1.0);
}

TEST(WavLengthTest, placeholders_and_other_files_announce_nothing) {
    for (const std::uint32_t size : {0U, 0x7fff'ffffU, 0x7fff'f000U, 0x8000'0000U, 0xffff'ffffU}) {
        EXPECT_EQ(announced(audiomuse::test::wav_header(44'100, 2, size)), std::nullopt) << size;
    }
    EXPECT_EQ(announced("fLaC"), std::nullopt);
    EXPECT_EQ(announced("RIFF\0\0\0\0WAVEdata\1\0\0\0"s), std::nullopt);
    EXPECT_EQ(announced("RIFF\0\0\0\0WAVE"s), std::nullopt);
}

} // namespace
} // namespace audiomuse::audio::detail
