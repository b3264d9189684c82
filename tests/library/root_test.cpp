#include <library/detail/root.hpp>

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <support/temporary_tree.hpp>

namespace audiomuse::library::detail {
namespace {

class RootTest : public testing::Test {
  protected:
    void SetUp() override {
        m_tree.write("outside/secret.mp3", "secret");
        m_tree.write("library/a/song.mp3", "song");
        m_tree.write("library/.objects/x", "object");
        link("../.objects/x", "a/inside.mp3");
        link((m_tree.path() / "library/.objects/x").c_str(), "a/absolute.mp3");
        link("../../outside/secret.mp3", "a/leak.mp3");
        link((m_tree.path() / "outside/secret.mp3").c_str(), "a/absolute_leak.mp3");
        link("../../outside", "a/folder");
        link("loop", "loop");
        link("nowhere", "dangling");
    }
    void link(const char* target, const char* name) const {
        std::filesystem::create_symlink(target, m_tree.path() / "library" / name);
    }
    std::string open(const std::string& path) const {
        const auto root = Root::open(m_tree.path() / "library");
        const auto fd = root->open_inside(path, O_RDONLY);
        if (!fd) {
            return "error " + std::to_string(fd.error());
        }
        char text[16] = {};
        const ssize_t got = ::read(fd->get(), text, sizeof text);
        return got < 0 ? "unreadable" : std::string(text, static_cast<std::size_t>(got));
    }
    static std::string error(int number) { return "error " + std::to_string(number); }

    test::TemporaryTree m_tree;
};

TEST_F(RootTest, WhatIsInsideOpens) {
    EXPECT_EQ(open("a/song.mp3"), "song");
    EXPECT_EQ(open("a/inside.mp3"), "object");
    EXPECT_EQ(open("a/absolute.mp3"), "object") << "an absolute link that leads back inside";
    EXPECT_EQ(open("a/../a/song.mp3"), "song");
}

TEST_F(RootTest, WhatIsOutsideDoesNot) {
    EXPECT_EQ(open("a/leak.mp3"), error(EXDEV));
    EXPECT_EQ(open("a/absolute_leak.mp3"), error(EXDEV));
    EXPECT_EQ(open("a/folder/secret.mp3"), error(EXDEV));
    EXPECT_EQ(open("../outside/secret.mp3"), error(EXDEV));
    EXPECT_EQ(open((m_tree.path() / "outside/secret.mp3").string()), error(ENOENT));
    EXPECT_EQ(open(std::string("a/song.mp3\0x", 12)), error(ENOENT));
}

TEST_F(RootTest, LoopsAndDanglingLinksAreErrors) {
    EXPECT_EQ(open("loop"), error(ELOOP));
    EXPECT_EQ(open("dangling"), error(ENOENT));
}

TEST_F(RootTest, AFifoDoesNotStopTheCaller) {
    ASSERT_EQ(::mkfifo((m_tree.path() / "library/fifo.mp3").c_str(), 0600), 0);
    EXPECT_EQ(open("fifo.mp3"), "");
}

TEST_F(RootTest, ResolveGivesThePathWithoutLinks) {
    const auto root = Root::open(m_tree.path() / "library");
    EXPECT_EQ(root->resolve("a/inside.mp3"), ".objects/x");
    EXPECT_EQ(root->resolve("a/absolute.mp3"), ".objects/x");
    EXPECT_EQ(root->resolve("a/.."), "");
    EXPECT_EQ(root->resolve("a/leak.mp3").error(), EXDEV);
    EXPECT_EQ(root->resolve("dangling").error(), ENOENT);
}

TEST_F(RootTest, TheRootMayBeALink) {
    std::filesystem::create_directory_symlink("library", m_tree.path() / "link");
    const auto root = Root::open(m_tree.path() / "link");
    ASSERT_TRUE(root);
    EXPECT_EQ(root->real_path(), std::filesystem::canonical(m_tree.path() / "library"));
    EXPECT_TRUE(root->open_inside("a/absolute.mp3", O_RDONLY));
}

TEST(RootErrorTest, AMissingFolderOrAFileIsNoRoot) {
    const test::TemporaryTree tree;
    tree.write("file", "");
    EXPECT_EQ(Root::open(tree.path() / "missing").error(), ENOENT);
    EXPECT_EQ(Root::open(tree.path() / "file").error(), ENOTDIR);
}

TEST(SystemRootTest, TheWholeSystemMayBeALibrary) {
    const auto root = Root::open("/");
    ASSERT_TRUE(root);
    EXPECT_TRUE(root->open_inside("proc/self/status", O_RDONLY));
    EXPECT_EQ(root->resolve("usr/../usr"), "usr");
    EXPECT_EQ(root->resolve("usr/.."), "");
}

} // namespace
} // namespace audiomuse::library::detail
