#include <filesystem>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <library/detail/m3u8.hpp>
#include <library/m3u8_playlist_sink.hpp>
#include <support/temporary_tree.hpp>

#include "publishing.hpp"

namespace audiomuse::library {
namespace {

using test::Removed;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

Playlist playlist(std::string name, std::vector<PlaylistSong> songs = {}) {
    Playlist result;
    result.id = PlaylistId("id");
    result.name = std::move(name);
    result.songs = std::move(songs);
    return result;
}

PlaylistSong song(std::string title, std::string artist, std::string path, double duration_s) {
    return {TrackId("t"), std::move(title), std::move(artist), std::move(path), duration_s};
}

TEST(M3u8Test, TheWholeFile) {
    const std::string text = detail::to_m3u8(
        playlist("Happy_Fast_automatic", {song("Grüße", "Jörg", "Jörg/Grüße.ogg", 61.5), song("No artist", "", "x.mp3", 0.2),
                                          song("Unknown", "Ada", "y.mp3", 0)}),
        "/srv/music", "/srv/data/playlists");
    EXPECT_EQ(text, "#EXTM3U\n"
                    "#PLAYLIST:Happy_Fast_automatic\n"
                    "#EXTINF:62,Jörg - Grüße\n"
                    "../../music/Jörg/Grüße.ogg\n"
                    "#EXTINF:1,No artist\n"
                    "../../music/x.mp3\n"
                    "#EXTINF:-1,Ada - Unknown\n"
                    "../../music/y.mp3\n");
}

TEST(M3u8Test, TitlesCannotAddLines) {
    const std::string text =
        detail::to_m3u8(playlist("a\n#b", {song("one\r\n/etc/passwd", "A\x1B[0m\xFF", "x.mp3", 1)}), "/m", "/m/lists");
    EXPECT_EQ(text, "#EXTM3U\n#PLAYLIST:a #b\n#EXTINF:1,A [0m\uFFFD - one /etc/passwd\n../x.mp3\n");
}

TEST(M3u8Test, PathsThatALineCannotHoldAreLeftOut) {
    const std::string text = detail::to_m3u8(
        playlist("p", {song("a", "", "new\nline.mp3", 1), song("b", "", "raw\xFF.mp3", 1), song("c", "", "", 1)}), "/m", "/m");
    EXPECT_EQ(text, "#EXTM3U\n#PLAYLIST:p\n#EXTINF:1,b\nraw\xFF.mp3\n");
}

TEST(M3u8Test, PathsThatLookLikeSomethingElseAreMarked) {
    const std::string text = detail::to_m3u8(
        playlist("p", {song("a", "", "#1.mp3", 1), song("b", "", "http://x/y.mp3", 1), song("c", "", " c.mp3", 1)}), "/m", "/m");
    EXPECT_THAT(text, HasSubstr("\n./#1.mp3\n"));
    EXPECT_THAT(text, HasSubstr("\n./http:/x/y.mp3\n"));
    EXPECT_THAT(text, HasSubstr("\n./ c.mp3\n"));
}

TEST(M3u8Test, NamesBecomeFileNames) {
    EXPECT_EQ(detail::to_file_stem("Energetic_Medium_automatic"), "Energetic_Medium_automatic");
    EXPECT_EQ(detail::to_file_stem("a/b\\c:d*e?f\"g<h>i|j"), "a_b_c_d_e_f_g_h_i_j");
    EXPECT_EQ(detail::to_file_stem("../etc"), "_._etc");
    EXPECT_EQ(detail::to_file_stem("dots..."), "dots.._");
    EXPECT_EQ(detail::to_file_stem(""), "_");
    EXPECT_EQ(detail::to_file_stem("nul"), "_nul");
    EXPECT_EQ(detail::to_file_stem("com1.x"), "_com1.x");
    EXPECT_EQ(detail::to_file_stem("console"), "console");
    EXPECT_EQ(detail::to_file_stem("a\nb\xFF"), "a b\uFFFD");
    EXPECT_EQ(detail::to_file_stem(std::string(199, 'x') + "é"), std::string(199, 'x')) << "no character is cut apart";
}

TEST(M3u8Test, NumberedNames) {
    EXPECT_EQ(detail::numbered_file_name("A", 1), "A.m3u8");
    EXPECT_EQ(detail::numbered_file_name("A", 2), "A (2).m3u8");
    EXPECT_TRUE(detail::is_name_of("A.m3u8", "A"));
    EXPECT_TRUE(detail::is_name_of("A (12).m3u8", "A"));
    EXPECT_FALSE(detail::is_name_of("A (1).m3u8", "A"));
    EXPECT_FALSE(detail::is_name_of("A (02).m3u8", "A"));
    EXPECT_FALSE(detail::is_name_of("AB.m3u8", "A"));
    EXPECT_FALSE(detail::is_name_of("A (2) (3).m3u8", "A"));
    EXPECT_TRUE(detail::is_name_of("A (2) (3).m3u8", "A (2)"));
}

class M3u8SinkTest : public testing::Test {
  protected:
    void SetUp() override { m_tree.write("music/a/1.ogg", "x"); }
    std::set<std::string> files() const {
        std::set<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(folder())) {
            names.insert(entry.path().filename());
        }
        return names;
    }
    std::filesystem::path folder() const { return m_tree.path() / "new/lists"; }
    Playlist mix(std::string name = "Mix") const { return playlist(std::move(name), {song("One", "Ada", "a/1.ogg", 1)}); }

    test::TemporaryTree m_tree;
    M3u8PlaylistSink m_target{{m_tree.path() / "new/lists", m_tree.path() / "music"}};
    test::Publishing m_sink{m_target};
};

TEST_F(M3u8SinkTest, EntriesLeadToTheFiles) {
    const auto published = m_sink.publish(mix(), {});
    ASSERT_TRUE(published) << published.error().message;
    EXPECT_EQ(published->external_id, "Mix.m3u8");
    EXPECT_EQ(m_tree.read("new/lists/Mix.m3u8"), "#EXTM3U\n#PLAYLIST:Mix\n#EXTINF:1,Ada - One\n../../music/a/1.ogg\n");
    EXPECT_TRUE(std::filesystem::exists(folder() / "../../music/a/1.ogg"));
    struct stat status {};
    ASSERT_EQ(::stat((folder() / "Mix.m3u8").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0644U);
}

TEST_F(M3u8SinkTest, EntriesLeadToTheFilesThroughLinkedFolders) {
    std::filesystem::create_directories(m_tree.path() / "far/away");
    std::filesystem::create_directory(m_tree.path() / "new");
    std::filesystem::create_directory_symlink(m_tree.path() / "far/away", folder());
    ASSERT_TRUE(m_sink.publish(mix(), {}));
    EXPECT_THAT(m_tree.read("far/away/Mix.m3u8"), HasSubstr("\n../../music/a/1.ogg\n"));
}

TEST_F(M3u8SinkTest, ANumberedFileMovesToThePlainNameOnceItIsFree) {
    m_tree.write("new/lists/Mix.m3u8", "mine");
    const auto published = m_sink.publish(mix(), {});
    ASSERT_EQ(published->external_id, "Mix (2).m3u8");
    std::filesystem::remove(folder() / "Mix.m3u8");
    EXPECT_EQ(m_sink.publish(mix(), *published)->external_id, "Mix.m3u8");
    EXPECT_THAT(files(), UnorderedElementsAre("Mix.m3u8"));
}

TEST_F(M3u8SinkTest, LinesAreKeptAsTheyAre) {
    const auto owner = m_target.owners({}).value().front();
    for (const char* text : {"", "\n", "a", "a\n", "a\r\n\r\nb\n\n", "\xFF\n#EXTM3U"}) {
        m_tree.write("new/lists/x.m3u8", text);
        SinkPlaylist shown = m_target.read(owner, "x.m3u8", {}).value().value();
        auto lines = shown.content.songs;
        lines.insert(lines.begin(), "first");
        m_tree.write("new/lists/x.m3u8", "else");
        ASSERT_TRUE(m_target.update(owner, shown, lines, [](const auto&) { return Result<void>{}; }, {}));
        EXPECT_EQ(m_tree.read("new/lists/x.m3u8"), *text == '\0' ? "first" : "first\n" + std::string(text));
    }
}

TEST_F(M3u8SinkTest, TheNameIsInTheFileOrItsOwn) {
    const auto owner = m_target.owners({}).value().front();
    const auto name_of = [&](const char* file) { return m_target.read(owner, file, {}).value().value().content.name; };
    m_tree.write("new/lists/Mix (2).m3u8", "#EXTM3U\n#PLAYLIST:Other\n");
    EXPECT_EQ(name_of("Mix (2).m3u8"), "Other");
    m_tree.write("new/lists/Mix (2).m3u8", "");
    EXPECT_EQ(name_of("Mix (2).m3u8"), "Mix");
    m_tree.write("new/lists/Mix (1).m3u8", "");
    EXPECT_EQ(name_of("Mix (1).m3u8"), "Mix (1)");
    m_tree.write("new/lists/Mix.m3u8", "");
    EXPECT_EQ(name_of("Mix.m3u8"), "Mix");
}

TEST_F(M3u8SinkTest, FilesOfAPersonStay) {
    m_tree.write("new/lists/Mix.m3u8", "mine");
    m_tree.write("new/lists/Mix (2).m3u8", "#EXTM3U\n#PLAYLIST:Mix\n#EXTINF:1,Ada - One\n../../music/a/1.ogg\n");
    m_tree.write("new/lists/Other_automatic.m3u8", "mine");
    const auto published = m_sink.publish(mix(), {});
    ASSERT_TRUE(published);
    EXPECT_EQ(published->external_id, "Mix (3).m3u8") << "equal content alone does not make a file ours";
    EXPECT_EQ(m_tree.read("new/lists/Mix.m3u8"), "mine");
    EXPECT_EQ(m_sink.publish(mix(), *published)->external_id, "Mix (3).m3u8") << "the path stays";
    EXPECT_EQ(m_sink.remove(*published), Removed::gone);
    EXPECT_THAT(files(), UnorderedElementsAre("Mix.m3u8", "Mix (2).m3u8", "Other_automatic.m3u8"));
}

TEST_F(M3u8SinkTest, ALinkIsNeitherFollowedNorReplaced) {
    m_tree.write("precious", "precious");
    std::filesystem::create_directories(folder());
    std::filesystem::create_symlink("../../precious", folder() / "Mix.m3u8");
    std::filesystem::create_symlink("nowhere", folder() / "Mix (2).m3u8");
    PublishedPlaylist previous = test::entry_of("Mix.m3u8", {"Mix", {"precious"}});
    previous.id = PlaylistId("id");
    const auto published = m_sink.publish(mix(), previous);
    EXPECT_EQ(published->external_id, "Mix (3).m3u8");
    EXPECT_EQ(m_tree.read("precious"), "precious");
    EXPECT_TRUE(std::filesystem::is_symlink(folder() / "Mix.m3u8"));
}

TEST_F(M3u8SinkTest, AStoredNameNeverLeadsElsewhere) {
    m_tree.write("precious", "");
    ASSERT_TRUE(m_sink.publish(mix(), {}));
    for (const char* name : {"../../precious", "/etc/hostname", "..", ".", ""}) {
        EXPECT_EQ(m_sink.remove(test::entry_of(name, {"precious", {}})), Removed::gone) << name;
        const SinkPlaylist made_up{.id = name, .content = {"precious", {}}};
        EXPECT_EQ(m_target.remove({}, made_up, {}), RemovalOutcome::already_gone) << name;
    }
    EXPECT_TRUE(std::filesystem::exists(m_tree.path() / "precious"));
}

TEST_F(M3u8SinkTest, RemovingWithoutAFolderIsNoError) {
    EXPECT_EQ(m_sink.remove(test::entry_of("Mix.m3u8")), Removed::gone);
    EXPECT_FALSE(std::filesystem::exists(folder()));
}

TEST_F(M3u8SinkTest, AFailedWriteLeavesNothing) {
    m_tree.write("new", "a file where the folder should be");
    const auto published = m_sink.publish(mix(), {});
    ASSERT_FALSE(published);
    EXPECT_EQ(published.error().code, ErrorCode::io);
    M3u8PlaylistSink no_library({m_tree.path() / "lists", m_tree.path() / "missing"});
    test::Publishing without_library(no_library);
    EXPECT_EQ(without_library.publish(mix(), {}).error().code, ErrorCode::not_found);
}

TEST_F(M3u8SinkTest, AnUnchangedPlaylistIsNotWrittenAgain) {
    const auto published = m_sink.publish(mix(), {});
    struct stat before {};
    ASSERT_EQ(::stat((folder() / "Mix.m3u8").c_str(), &before), 0);
    ASSERT_TRUE(m_sink.publish(mix(), *published));
    struct stat after {};
    ASSERT_EQ(::stat((folder() / "Mix.m3u8").c_str(), &after), 0);
    EXPECT_EQ(before.st_ino, after.st_ino);
}

TEST(FileStem, ALongNameOfADeviceStaysWithinItsBytes) {
    const std::string stem = detail::to_file_stem("AUX." + std::string(300, 'x'));
    EXPECT_EQ(stem, "_AUX." + std::string(195, 'x'));
}

} // namespace
} // namespace audiomuse::library
