#include <library/detail/file_tags.hpp>

#include <chrono>
#include <string>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <base/fd.hpp>

#include "tagged_files.hpp"

namespace audiomuse::library::detail {
namespace {

using test::big_endian;
using test::id3_frame;
using test::id3_tag;
using test::little_endian;
using test::riff_chunk;

FileTags read(const std::string& bytes, std::string_view extension) {
    const UniqueFd fd(::memfd_create("tags", MFD_CLOEXEC));
    EXPECT_EQ(::pwrite(fd.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    return read_file_tags(fd.get(), bytes.size(), extension);
}

TEST(FileTagsTest, Id3) {
    const FileTags tags = read(test::mp3({{"TIT2", "Straßenbahn"},
                                          {"TPE1", "Jörg"},
                                          {"TPE2", "Various"},
                                          {"TALB", "Grüße"},
                                          {"TCON", "Techno"},
                                          {"TRCK", "3/12"},
                                          {"TYER", "2010"}}),
                               "mp3");
    EXPECT_EQ(tags.title, "Straßenbahn");
    EXPECT_EQ(tags.artist, "Jörg");
    EXPECT_EQ(tags.album_artist, "Various");
    EXPECT_EQ(tags.album, "Grüße");
    EXPECT_EQ(tags.genre, "Techno");
    EXPECT_EQ(tags.track_number, 3);
    EXPECT_EQ(tags.year, 2010);
}

TEST(FileTagsTest, VorbisComments) {
    const FileTags tags = read(test::flac({{"TITLE", "東京"},
                                           {"ARTIST", "Ada"},
                                           {"ARTIST", "Bob"},
                                           {"ALBUMARTIST", "Ada"},
                                           {"ALBUM", "Best"},
                                           {"TRACKNUMBER", "7"},
                                           {"DATE", "1999-05-01"}}),
                               "flac");
    EXPECT_EQ(tags.title, "東京");
    EXPECT_EQ(tags.artist, "Ada, Bob");
    EXPECT_EQ(tags.album_artist, "Ada");
    EXPECT_EQ(tags.track_number, 7);
    EXPECT_EQ(tags.year, 1999);
}

TEST(FileTagsTest, WaveInfoAndId3) {
    const std::string info =
        riff_chunk("LIST", "INFO" + riff_chunk("INAM", "From INFO") + riff_chunk("IART", "Ada") + riff_chunk("IPRD", "Best"));
    FileTags tags = read(test::wav(info), "wav");
    EXPECT_EQ(tags.title, "From INFO");
    EXPECT_EQ(tags.artist, "Ada");
    EXPECT_EQ(tags.album, "Best");

    tags = read(test::wav(info + riff_chunk("id3 ", id3_tag(id3_frame("TIT2", "\3From ID3") + id3_frame("TPE2", "\3Various")))),
                "wav");
    EXPECT_EQ(tags.title, "From ID3") << "ID3v2 wins";
    EXPECT_EQ(tags.artist, "Ada") << "what it lacks is filled in";
    EXPECT_EQ(tags.album_artist, "Various");
}

TEST(FileTagsTest, AiffChunksAreBigEndian) {
    const std::string id3 = id3_tag(id3_frame("TIT2", "\3Title"));
    const std::string body = "AIFF" + std::string("SSND") + big_endian(4) + "\0\0\0\0" + std::string(4, '\0') + "ID3 " +
                             big_endian(static_cast<std::uint32_t>(id3.size())) + id3;
    EXPECT_EQ(read("FORM" + big_endian(static_cast<std::uint32_t>(body.size())) + body, "aiff").title, "Title");
}

TEST(FileTagsTest, Rf64SaysInDs64HowLongItsDataIs) {
    const std::string id3 = id3_tag(id3_frame("TIT2", "\3Title"));
    const std::string ds64 = std::string(8, '\0') + little_endian(6) + little_endian(0) + std::string(12, '\0');
    const std::string bytes = "RF64\xFF\xFF\xFF\xFFWAVE" + riff_chunk("ds64", ds64) + "data\xFF\xFF\xFF\xFF" +
                              std::string(6, 'x') + riff_chunk("id3 ", id3);
    EXPECT_EQ(read(bytes, "wav").title, "Title");
}

TEST(FileTagsTest, TheBytesSayWhatAFileIs) {
    EXPECT_EQ(read(test::flac({{"TITLE", "Really FLAC"}}), "mp3").title, "Really FLAC");
    EXPECT_EQ(read(test::mp3({{"TIT2", "Really MP3"}}), "flac").title, "Really MP3");
    EXPECT_EQ(read(test::mp3({{"TIT2", "No hint"}}), "").title, "No hint");
}

TEST(FileTagsTest, WhatIsNoMusicHasNoTags) {
    for (const char* extension : {"mp3", "flac", "ogg", "m4a", "wav", ""}) {
        EXPECT_EQ(read("", extension).title, "");
        EXPECT_EQ(read("This is not music.\n", extension).title, "");
        EXPECT_EQ(read(std::string(100'000, '\0'), extension).title, "");
    }
}

TEST(FileTagsTest, TextsAreOneShortLineOfUtf8) {
    FileTags tags =
        read(test::flac({{"TITLE", "two\nlines\tand\x01more "}, {"ARTIST", "caf\xE9"}, {"TRACKNUMBER", "-3"}, {"DATE", "99999"}}),
             "flac");
    EXPECT_EQ(tags.title, "two lines and more");
    EXPECT_EQ(tags.track_number, 0);
    EXPECT_EQ(tags.year, 0);
    EXPECT_EQ(tags.artist.find('\xE9'), std::string::npos);
    tags = read(test::flac({{"TITLE", std::string(5'000'000, 'x')}}), "flac");
    EXPECT_EQ(tags.title, std::string(1'000, 'x'));
}

TEST(FileTagsTest, ACompressedFrameIsNotInflated) {
    constexpr std::uint16_t k_compressed = 0x0080;
    // A header of a deflate stream that would grow; what matters is that the frames behind it are still found.
    const std::string bomb = big_endian(0x7FFFFFFF) + "\x78\xDA" + std::string(1'000, '\0');
    const FileTags tags = read(
        id3_tag(id3_frame("TPE1", bomb, k_compressed) + id3_frame("APIC", bomb, k_compressed) + id3_frame("TIT2", "\3Title")) +
            test::mpeg_frames(),
        "mp3");
    EXPECT_EQ(tags.title, "Title");
    EXPECT_EQ(tags.artist, "");
}

TEST(FileTagsTest, NestedChaptersAreNotEntered) {
    std::string chapters = id3_frame("TIT2", "\3inner");
    for (int i = 0; i < 20'000; ++i) {
        chapters.insert(0, std::string("CHAP") + big_endian(static_cast<std::uint32_t>(chapters.size() + 18)) +
                               std::string(2, '\0') + "x" + std::string(17, '\0'));
        if (chapters.size() > 400'000) {
            break;
        }
    }
    EXPECT_EQ(read(id3_tag(chapters + id3_frame("TIT2", "\3outer")) + test::mpeg_frames(), "mp3").title, "outer");
}

TEST(FileTagsTest, NestedBoxesEndBeforeTheStackDoes) {
    constexpr std::uint32_t k_boxes = 200'000;
    std::string bytes = big_endian(16) + "ftypM4A " + big_endian(0);
    for (std::uint32_t i = 0; i < k_boxes; ++i) {
        bytes += big_endian(8 * (k_boxes - i)) + "moov";
    }
    EXPECT_EQ(read(bytes, "m4a").title, "");
}

TEST(FileTagsTest, EndlessScansEndSoon) {
    // Neither tag nor frame in 200 MB (a hole in the file): the reader looks for them until its budget is spent.
    const UniqueFd fd(::memfd_create("tags", MFD_CLOEXEC));
    ASSERT_EQ(::ftruncate(fd.get(), 200'000'000), 0);
    ASSERT_EQ(::pwrite(fd.get(), "x", 1, 0), 1);
    const auto start = std::chrono::steady_clock::now();
    for (const char* extension : {"mp3", "flac", "ogg", "m4a", "wma", "ape", "wv", "mpc"}) {
        EXPECT_EQ(read_file_tags(fd.get(), 200'000'000, extension).title, "");
    }
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(FileTagsTest, EveryCutOffFileIsSurvived) {
    const std::string whole = test::mp3({{"TIT2", "Title"}, {"TPE1", "Artist"}});
    const std::string other = test::flac({{"TITLE", "Title"}, {"ARTIST", "Artist"}});
    for (std::size_t size = 0; size < 300; ++size) {
        static_cast<void>(read(whole.substr(0, size), "mp3"));
        static_cast<void>(read(other.substr(0, size), "flac"));
    }
    EXPECT_EQ(read(whole, "mp3").title, "Title");
}

} // namespace
} // namespace audiomuse::library::detail
