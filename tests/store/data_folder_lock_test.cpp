#include <store/data_folder_lock.hpp>

#include <fstream>
#include <optional>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <support/temporary_folder.hpp>

namespace audiomuse::store {
namespace {

TEST(DataFolderLock, MakesTheFolderForItsOwnerOnly) {
    const TemporaryFolder folder;
    const auto data = folder / "deep" / "data";
    ASSERT_TRUE(DataFolderLock::acquire(data));
    struct stat status {};
    ASSERT_EQ(::stat(data.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST(DataFolderLock, ASecondHolderIsRefusedWithTheProcessIdOfTheFirst) {
    const TemporaryFolder folder;
    auto first = DataFolderLock::acquire(folder.path());
    ASSERT_TRUE(first);
    const auto second = DataFolderLock::acquire(folder.path());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::conflict);
    EXPECT_NE(second.error().message.find("(process " + std::to_string(::getpid()) + ")"), std::string::npos)
        << second.error().message;
    {
        const DataFolderLock moved = std::move(*first);
        EXPECT_FALSE(DataFolderLock::acquire(folder.path()));
    }
    EXPECT_TRUE(DataFolderLock::acquire(folder.path())) << "the end of its life lets go";
}

TEST(DataFolderLock, TheDeathOfTheHolderLetsGo) {
    const TemporaryFolder folder;
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        auto lock = DataFolderLock::acquire(folder.path());
        const char answer = lock ? 'y' : 'n';
        (void)!::write(ready[1], &answer, 1);
        ::pause();
        ::_exit(0);
    }
    char answer = 0;
    ASSERT_EQ(::read(ready[0], &answer, 1), 1);
    EXPECT_EQ(answer, 'y');
    const auto refused = DataFolderLock::acquire(folder.path());
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("(process " + std::to_string(child) + ")"), std::string::npos)
        << refused.error().message;
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_TRUE(DataFolderLock::acquire(folder.path()));
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST(DataFolderLock, AStrangeLockFileNamesNoProcess) {
    const TemporaryFolder folder;
    auto lock = DataFolderLock::acquire(folder.path());
    ASSERT_TRUE(lock);
    std::ofstream(folder / "audiomuse.lock") << "rm -rf /";
    EXPECT_NE(DataFolderLock::acquire(folder.path()).error().message.find("(process unknown)"), std::string::npos);
}

TEST(DataFolderLock, AFileInPlaceOfTheFolderIsAnIoError) {
    const TemporaryFolder folder;
    std::ofstream(folder / "file") << "x";
    EXPECT_EQ(DataFolderLock::acquire(folder / "file").error().code, ErrorCode::io);
    EXPECT_EQ(DataFolderLock::acquire(folder / "file" / "deeper").error().code, ErrorCode::io);
    std::filesystem::create_symlink(folder / "elsewhere", folder / "audiomuse.lock");
    EXPECT_EQ(DataFolderLock::acquire(folder.path()).error().code, ErrorCode::io) << "a link is not followed";
}

} // namespace
} // namespace audiomuse::store
