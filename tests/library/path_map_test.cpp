#include <library/detail/path_map.hpp>

#include <filesystem>

#include <gtest/gtest.h>

#include <support/temporary_tree.hpp>

namespace audiomuse::library::detail {
namespace {

std::string rest(const PathMap& map, std::string_view path) {
    const auto place = map.find(path);
    return place ? place->mapping->here.native() + " | " + place->rest : "nothing";
}

TEST(PathMap, TheLongestBeginningThatEndsAtAFolderDecides) {
    const PathMap map({{"/media", "/a"}, {"/media/music/", "/b"}, {"", "/c"}, {"D:\\Music", "/d"}}, "Test");
    EXPECT_EQ(rest(map, "/media/music/x/y.flac"), "/b | x/y.flac");
    EXPECT_EQ(rest(map, "/media/musical/y.flac"), "/a | musical/y.flac");
    EXPECT_EQ(rest(map, "/mediathek/y.flac"), "nothing");
    EXPECT_EQ(rest(map, "/media"), "nothing");
    EXPECT_EQ(rest(map, "Ada/y.flac"), "/c | Ada/y.flac");
    EXPECT_EQ(rest(map, "D:\\Music\\Ada\\y.flac"), "/d | Ada/y.flac");
    EXPECT_EQ(rest(PathMap({{"/", "/a"}}, "Test"), "/x/y.flac"), "/a | x/y.flac");
    EXPECT_EQ(rest(PathMap({}, "Test"), "/x/y.flac"), "nothing");
}

TEST(PathMap, OnlyAFileOfTheServersSizeCounts) {
    const test::TemporaryTree folder;
    folder.write("music/a.flac", "12345");
    const PathMap map({{"/media", folder.path() / "music"}}, "Test");
    const auto input = map.open("/media/a.flac", 5);
    ASSERT_TRUE(input);
    EXPECT_EQ(input->size_bytes, 5U);
    EXPECT_EQ(input->lease, nullptr);
    EXPECT_FALSE(map.open("/media/a.flac", 6));
    EXPECT_FALSE(map.open("/media/a.flac", 0)) << "the server says no size";
    EXPECT_FALSE(map.open("/media/b.flac", 5));
    EXPECT_FALSE(map.open("/media", 5));
}

TEST(PathMap, WhyAMappedFileIsFetchedIsSaidOnce) {
    const test::TemporaryTree folder;
    folder.write("a.flac", "12345");
    const PathMap map({{"/media", folder.path()}}, "Test");
    testing::internal::CaptureStderr();
    EXPECT_FALSE(map.open("/media/a.flac", 6));
    EXPECT_FALSE(map.open("/media/a.flac", 7));
    const std::string log = testing::internal::GetCapturedStderr();
    EXPECT_NE(log.find("/media/a.flac is fetched from Test although its path is mapped: it has 5 bytes here, 6 there."),
              std::string::npos)
        << log;
    EXPECT_EQ(log.find("7 there"), std::string::npos);
}

TEST(PathMap, NothingOutsideOfTheFolderIsOpened) {
    const test::TemporaryTree folder;
    folder.write("secret", "12345");
    folder.write("music/a.flac", "12345");
    std::filesystem::create_symlink(folder.path() / "secret", folder.path() / "music/link.flac");
    const PathMap map({{"/media", folder.path() / "music"}}, "Test");
    EXPECT_FALSE(map.open("/media/../secret", 5));
    EXPECT_FALSE(map.open("/media//" + (folder.path() / "secret").native(), 5));
    EXPECT_FALSE(map.open("/media/link.flac", 5));
    EXPECT_FALSE(map.open(std::string("/media/a.flac\0x", 15), 5));
}

} // namespace
} // namespace audiomuse::library::detail
