#include <library/detail/walk.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <library/detail/candidates.hpp>
#include <support/temporary_tree.hpp>
#include <support/without_privileges.hpp>

namespace audiomuse::library::detail {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class WalkTest : public testing::Test {
  protected:
    void SetUp() override { std::filesystem::create_directory(root()); }
    std::filesystem::path root() const { return m_tree.path() / "library"; }
    void file(const std::string& path, const std::string& content = "x") const { m_tree.write("library/" + path, content); }
    void link(const std::string& target, const std::string& name) const {
        std::filesystem::create_directories((root() / name).parent_path());
        std::filesystem::create_symlink(target, root() / name);
    }
    std::vector<std::string> walk_all() {
        std::vector<std::string> paths;
        const auto opened = Root::open(root());
        const auto outcome = walk(*opened,
                                  [&](const std::string& folder, std::span<const FoundFile> files) -> Result<void> {
                                      for (const FoundFile& found : files) {
                                          paths.push_back(folder.empty() ? found.name : folder + "/" + found.name);
                                      }
                                      return {};
                                  },
                                  {});
        EXPECT_TRUE(outcome);
        m_outcome = outcome.value_or(WalkOutcome{});
        return paths;
    }

    test::TemporaryTree m_tree;
    WalkOutcome m_outcome;
};

TEST_F(WalkTest, CandidatesInTheOrderOfTheirNames) {
    for (const char* path :
         {"b/2.mp3", "b/10.MP3", "a/z.flac", "a/x/1.ogg", "top.wav", "b.d/1.opus", "a/cover.jpg", "a/noext", "list.m3u8"}) {
        file(path);
    }
    EXPECT_THAT(walk_all(), ElementsAre("top.wav", "a/z.flac", "a/x/1.ogg", "b/10.MP3", "b/2.mp3", "b.d/1.opus"));
    EXPECT_TRUE(m_outcome.complete);
}

TEST_F(WalkTest, HiddenAndForeignFoldersArePassedOver) {
    for (const char* path : {".hidden/1.mp3", ".1.mp3", "@eaDir/1.mp3", "lost+found/1.mp3", "a/.git/1.mp3", "a/1.mp3"}) {
        file(path);
    }
    EXPECT_THAT(walk_all(), ElementsAre("a/1.mp3"));
}

TEST_F(WalkTest, AStampIsSizeAndTime) {
    file("1.mp3", "12345");
    const timespec times[2] = {{1, 0}, {1'500'000'000, 123'456'789}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (root() / "1.mp3").c_str(), times, 0), 0);
    const auto opened = Root::open(root());
    const auto outcome = walk(*opened,
                              [](const std::string&, std::span<const FoundFile> files) -> Result<void> {
                                  EXPECT_EQ(files[0].stamp, (FileStamp{5, 1'500'000'000'123'456'789}));
                                  return {};
                              },
                              {});
    EXPECT_TRUE(outcome);
}

TEST_F(WalkTest, LinksToWhatIsListedAnywayAddNothing) {
    file("a/1.mp3");
    link("a", "b");
    link("1.mp3", "a/2.mp3");
    link("..", "a/up");
    link(".", "self");
    link((root() / "a").string(), "absolute");
    EXPECT_THAT(walk_all(), ElementsAre("a/1.mp3"));
    EXPECT_EQ(m_outcome.links_out, 0U);
}

TEST_F(WalkTest, LinksToWhatIsHiddenAreFollowedOnce) {
    file(".objects/x1");
    file(".objects/x2.mp3");
    link("../.objects/x1", "a/song.mp3");
    link("../.objects/x1", "a/twin.mp3");
    link("../.objects/x1", "a/notes.txt");
    EXPECT_THAT(walk_all(), ElementsAre("a/song.mp3"));
    file(".hidden/sub/3.mp3");
    link(".hidden", "h1");
    link(".hidden", "h2");
    link(".hidden/sub", "h3");
    link("..", ".hidden/up");
    link("sub", ".hidden/again");
    EXPECT_THAT(walk_all(), ElementsAre("a/song.mp3", "h1/again/3.mp3"));
}

TEST_F(WalkTest, LinksThatLeadOutAreCountedAndNotFollowed) {
    m_tree.write("outside/1.mp3", "x");
    file("a/1.mp3");
    link("../outside", "b");
    link((m_tree.path() / "outside/1.mp3").string(), "c.mp3");
    link("nowhere.mp3", "d.mp3");
    EXPECT_THAT(walk_all(), ElementsAre("a/1.mp3"));
    EXPECT_EQ(m_outcome.links_out, 2U);
    EXPECT_EQ(m_outcome.first_link_out, "b");
    EXPECT_TRUE(m_outcome.complete) << "what lies outside is no part of the library";
}

TEST_F(WalkTest, AnUnreadableFolderIsNamedAndTheRestIsListed) {
    file("a/1.mp3");
    file("b/1.mp3");
    ASSERT_EQ(::chmod(m_tree.path().c_str(), 0755), 0);
    ASSERT_EQ(::chmod((root() / "a").c_str(), 0), 0);
    {
        const test::WithoutPrivileges ordinary_user;
        EXPECT_THAT(walk_all(), ElementsAre("b/1.mp3"));
    }
    ASSERT_EQ(::chmod((root() / "a").c_str(), 0700), 0);
    EXPECT_FALSE(m_outcome.complete);
    EXPECT_THAT(m_outcome.problems, ElementsAre("The folder \"a\" cannot be read: Permission denied."));
}

TEST_F(WalkTest, AFolderTooDeepToOpenIsAProblem) {
    file("z/1.mp3");
    const std::string part(200, 'd');
    UniqueFd folder(::open(root().c_str(), O_RDONLY | O_DIRECTORY));
    for (int i = 0; i < 25; ++i) { // 5,000 bytes of path
        ASSERT_EQ(::mkdirat(folder.get(), part.c_str(), 0700), 0);
        folder.reset(::openat(folder.get(), part.c_str(), O_RDONLY | O_DIRECTORY));
    }
    EXPECT_THAT(walk_all(), ElementsAre("z/1.mp3"));
    EXPECT_FALSE(m_outcome.complete);
    ASSERT_EQ(m_outcome.problems.size(), 1U);
    EXPECT_THAT(m_outcome.problems[0], HasSubstr("File name too long"));
}

TEST_F(WalkTest, AnEmptyLibraryIsNotComplete) {
    EXPECT_THAT(walk_all(), IsEmpty());
    EXPECT_FALSE(m_outcome.complete);
    EXPECT_THAT(m_outcome.problems, ElementsAre(HasSubstr("Is its disk mounted?")));
    file("notes.txt");
    EXPECT_THAT(walk_all(), IsEmpty());
    EXPECT_TRUE(m_outcome.complete) << "this disk is there, it holds no music";
}

TEST_F(WalkTest, AStopRequestEndsTheWalk) {
    file("1.mp3");
    std::stop_source stop;
    stop.request_stop();
    const auto opened = Root::open(root());
    const auto outcome = walk(
        *opened, [](const std::string&, std::span<const FoundFile>) -> Result<void> { return {}; }, stop.get_token());
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::cancelled);
}

TEST(CandidatesTest, TheExtensionDecides) {
    for (const char* name : {"a.mp3", "a.FLAC", "a.b.Ogg", "a.m4a", "a.wav", "a.aiff", "a.mp+"}) {
        EXPECT_TRUE(is_candidate(name)) << name;
    }
    for (const char* name : {"a", "mp3", ".mp3", "a.mp3.part", "a.txt", "a.jpg", "a.m3u8", "a.mp4", "a."}) {
        EXPECT_FALSE(is_candidate(name)) << name;
    }
}

TEST(CandidatesTest, SkippedComponents) {
    EXPECT_FALSE(has_skipped_component("a/b.c/d"));
    EXPECT_TRUE(has_skipped_component("a/.b/d"));
    EXPECT_TRUE(has_skipped_component("@eaDir"));
    EXPECT_TRUE(has_skipped_component("a/b/.d"));
    EXPECT_FALSE(has_skipped_component(""));
}

} // namespace
} // namespace audiomuse::library::detail
