// Tags as ffmpeg writes them, in the formats that people have.
#include <cstdlib>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <base/files.hpp>
#include <library/detail/file_tags.hpp>
#include <support/temporary_tree.hpp>

namespace audiomuse::library::detail {
namespace {

struct Format {
    const char* name;
    const char* codec;
    bool has_album_artist = true;
    int year = 2010;
};

class FormatTest : public testing::TestWithParam<Format> {};

TEST_P(FormatTest, TagsAreRead) {
    const test::TemporaryTree folder;
    const Format& format = GetParam();
    const auto path = folder.path() / fmt::format("song.{}", format.name);
    const std::string command = fmt::format(
        "ffmpeg -nostdin -v error -f lavfi -i sine=d=0.2:r=48000 -metadata title='Zwölf Uhr' -metadata artist='Jörg Müller' "
        "-metadata album='Grüße aus Köln' -metadata album_artist='Die Anderen' -metadata track=4 -metadata date=2010 "
        "-metadata genre=Techno -c:a {} '{}'",
        format.codec, path.string());
    ASSERT_EQ(std::system(command.c_str()), 0) << "is ffmpeg installed?";
    const auto fd = open_for_reading(path);
    ASSERT_TRUE(fd);
    const FileTags tags = read_file_tags(fd->get(), std::filesystem::file_size(path), format.name);
    EXPECT_EQ(tags.title, "Zwölf Uhr");
    EXPECT_EQ(tags.artist, "Jörg Müller");
    EXPECT_EQ(tags.album, "Grüße aus Köln");
    EXPECT_EQ(tags.album_artist, format.has_album_artist ? "Die Anderen" : "");
    EXPECT_EQ(tags.genre, "Techno");
    EXPECT_EQ(tags.track_number, 4);
    EXPECT_EQ(tags.year, format.year);
}

// ffmpeg has no album artist for WAVE and names the year of WMA as nobody else does.
INSTANTIATE_TEST_SUITE_P(All, FormatTest,
                         testing::Values(Format{"mp3", "libmp3lame"}, Format{"flac", "flac"}, Format{"ogg", "libvorbis"},
                                         Format{"opus", "libopus"}, Format{"m4a", "aac"}, Format{"wav", "pcm_s16le", false},
                                         Format{"wma", "wmav2", true, 0}, Format{"wv", "wavpack"}, Format{"oga", "flac"}),
                         [](const auto& test_info) { return std::string(test_info.param.name); });

} // namespace
} // namespace audiomuse::library::detail
