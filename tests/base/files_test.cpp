#include <base/files.hpp>

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace audiomuse {
namespace {

class FilesTest : public testing::Test {
  protected:
    void SetUp() override {
        m_folder = std::filesystem::temp_directory_path() / ("audiomuse-files-" + std::to_string(::getpid()));
        std::filesystem::create_directories(m_folder);
    }
    void TearDown() override { std::filesystem::remove_all(m_folder); }
    std::filesystem::path m_folder;
};

TEST_F(FilesTest, WhatIsWrittenIsRead) {
    const auto path = m_folder / "a";
    ASSERT_TRUE(write_file_atomically(path, "one", FileMode::everyone_reads));
    ASSERT_TRUE(write_file_atomically(path, "two", FileMode::owner_only));
    EXPECT_EQ(read_file(path, 100).value(), "two");
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(m_folder), {}), 1) << "a temporary file was left";
}

TEST_F(FilesTest, AFileAboveTheLimitIsRefused) {
    const auto path = m_folder / "big";
    ASSERT_TRUE(write_file_atomically(path, std::string(101, 'x'), FileMode::everyone_reads));
    EXPECT_EQ(read_file(path, 100).error().code, ErrorCode::invalid_argument);
}

TEST_F(FilesTest, AMissingFileIsNotFoundAndNamed) {
    const auto result = read_file(m_folder / "missing", 100);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::not_found);
    EXPECT_NE(result.error().message.find("missing"), std::string::npos);
}

TEST_F(FilesTest, AFifoDoesNotStopTheCaller) {
    const auto path = m_folder / "fifo";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_EQ(open_for_reading(path).error().code, ErrorCode::io);
}

TEST(XdgDirectoryTest, OnlyAnAbsoluteVariableCounts) {
    EXPECT_EQ(xdg_directory("/data", "/home/ada", ".local/share"), "/data/audiomuse");
    EXPECT_EQ(xdg_directory("", "/home/ada", ".local/share"), "/home/ada/.local/share/audiomuse");
    EXPECT_EQ(xdg_directory("relative", "/home/ada", ".config"), "/home/ada/.config/audiomuse");
    EXPECT_EQ(xdg_directory("", "", ".config"), "/.config/audiomuse");
}

} // namespace
} // namespace audiomuse
