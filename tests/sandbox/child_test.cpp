#include <sandbox/child.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sandbox/spawner.hpp>

namespace audiomuse::sandbox {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr auto k_limit = 20s; // sanitizer builds start slowly

std::string ask(Child& child, std::string_view text, int descriptor = -1) {
    if (!text.empty() && !child.channel().send(std::as_bytes(std::span(text)), k_limit, descriptor)) {
        return "cannot send";
    }
    const auto received = child.channel().receive(Channel::Wait::yes);
    if (!received) {
        return received.error().message;
    }
    const auto& payload = received->frame.payload;
    return received->state == Channel::State::frame ? std::string(reinterpret_cast<const char*>(payload.data()), payload.size())
                                                    : "closed";
}

std::size_t open_descriptors() {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

class ChildTest : public testing::Test {
  protected:
    Child start(const std::string& mode, std::vector<int> descriptors = {}) {
        auto child = m_spawner.spawn({{"test-child", mode}, std::move(descriptors)});
        EXPECT_TRUE(child) << child.error().message;
        return std::move(child).value();
    }

    Spawner m_spawner{SANDBOX_TEST_CHILD};
};

TEST_F(ChildTest, AnswersMessagesAndReadsTheDescriptorsThatItIsSent) {
    auto child = start("echo");
    EXPECT_EQ(ask(child, "hello"), "hello");
    const UniqueFd file(::memfd_create("input", MFD_CLOEXEC));
    ASSERT_EQ(::write(file.get(), "content", 7), 7);
    ASSERT_EQ(::lseek(file.get(), 0, SEEK_SET), 0);
    EXPECT_EQ(ask(child, "file: ", file.get()), "file: content");
}

TEST_F(ChildTest, SeesOnlyItsOwnDescriptorsAndHarmlessVariables) {
    ::setenv("AUDIOMUSE_API_TOKEN", "very secret", 1);
    ::setenv("LANG", "C.UTF-8", 1);
    const Spawner spawner_with_this_environment(SANDBOX_TEST_CHILD);
    const UniqueFd leaked(::open("/etc/hostname", O_RDONLY)); // NOLINT: without O_CLOEXEC on purpose
    const UniqueFd given(::open("/etc/passwd", O_RDONLY | O_CLOEXEC));
    Spawner spawner(SANDBOX_TEST_CHILD);
    auto child = spawner.spawn({{"test-child", "surroundings"}, {given.get()}});
    ASSERT_TRUE(child);
    const std::string text = ask(*child, "");
    EXPECT_THAT(text, HasSubstr("group own\nfd 0 /dev/null\nfd 1 /dev/null\nfd 2 pipe\nfd 3 socket\nfd 4 /etc/passwd\nenv "));
    EXPECT_THAT(text, HasSubstr("env LANG=C.UTF-8\n"));
    EXPECT_THAT(text, HasSubstr("given 1"));
    EXPECT_THAT(text, Not(HasSubstr("secret")));
    EXPECT_THAT(text, Not(HasSubstr("env HOME")));
    ::unsetenv("AUDIOMUSE_API_TOKEN");
}

TEST_F(ChildTest, TellsHowItEnded) {
    auto crashed = start("crash");
    EXPECT_EQ(crashed.wait(k_limit).value().describe(), "was killed by signal 11 (SIGSEGV)");
    auto exited = start("exit 3");
    EXPECT_EQ(exited.wait(k_limit).value().describe(), "exited with status 3");
    auto running = start("sleep");
    EXPECT_FALSE(running.wait(0ms));
    running.kill();
    EXPECT_EQ(running.wait(k_limit).value(), (ExitStatus{ExitStatus::Kind::signalled, SIGKILL}));
    running.kill(); // nothing to hit
    EXPECT_FALSE(running.resident_bytes());
}

TEST_F(ChildTest, ItsEndIsSeenThroughItsDescriptors) {
    auto child = start("exit 3");
    pollfd item{child.pidfd(), POLLIN, 0};
    EXPECT_EQ(::poll(&item, 1, 20'000), 1);
    EXPECT_EQ(child.channel().receive(Channel::Wait::no)->state, Channel::State::closed);
}

TEST_F(ChildTest, ResidentMemoryIsSeen) {
    auto child = start("echo");
    ASSERT_EQ(ask(child, "ready"), "ready");
    EXPECT_GT(child.resident_bytes().value(), 500'000U);
    EXPECT_LT(child.resident_bytes().value(), 200'000'000U);
}

TEST_F(ChildTest, AFloodOnStandardErrorNeitherBlocksTheChildNorFillsTheParent) {
    auto child = start("flood stderr");
    EXPECT_EQ(ask(child, ""), "done");
    EXPECT_EQ(child.standard_error(), std::string(4096, 'x'));
}

TEST_F(ChildTest, LeavesNoDescriptorAndNoZombie) {
    { auto warm_up = start("echo"); }
    const auto before = open_descriptors();
    std::vector<pid_t> pids;
    for (int i = 0; i < 10; ++i) {
        auto child = start(i % 2 == 0 ? "sleep" : "exit 3");
        pids.push_back(child.pid());
        Child moved = std::move(child);
    }
    EXPECT_EQ(open_descriptors(), before);
    for (const pid_t pid : pids) {
        EXPECT_EQ(::kill(pid, 0), -1) << "a zombie or a process is left";
    }
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

TEST_F(ChildTest, OutlivesTheThreadThatAskedForIt) {
    std::optional<Child> child;
    std::thread([&] { child.emplace(start("echo")); }).join();
    std::this_thread::sleep_for(50ms);
    EXPECT_EQ(ask(*child, "still here"), "still here");
}

TEST_F(ChildTest, DiesWithItsParent) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1); // so that the orphan is ours to reap
    auto parent = start("parent");
    const auto orphan = static_cast<pid_t>(std::stol(ask(parent, "")));
    ASSERT_GT(orphan, 0);
    const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, orphan, 0)));
    ASSERT_TRUE(pidfd);
    parent.kill();
    pollfd item{pidfd.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&item, 1, 5'000), 1) << "the grandchild outlived its parent";
    (void)parent.wait(k_limit);
    int status = 0;
    EXPECT_EQ(::waitpid(orphan, &status, 0), orphan);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST_F(ChildTest, ManyThreadsMayStartChildrenAtOnce) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 5; ++i) {
                auto child = start("echo");
                const std::string text = std::to_string(100 * t + i);
                EXPECT_EQ(ask(child, text), text);
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
}

TEST_F(ChildTest, AnImpossibleRequestIsRefused) {
    EXPECT_EQ(m_spawner.spawn({{}}).error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(m_spawner.spawn({{"x"}, std::vector<int>(17, 0)}).error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(m_spawner.spawn({{"x"}, {12345}}).error().code, ErrorCode::unavailable);
    EXPECT_THROW(Spawner("/nonexistent"), std::system_error);
    EXPECT_EQ(Spawner("/etc/passwd").spawn({{"x"}}).error().code, ErrorCode::unavailable);
}

TEST_F(ChildTest, TheExecutableMayBeReplacedMeanwhile) {
    const auto copy = std::filesystem::temp_directory_path() / ("audiomuse-child-" + std::to_string(::getpid()));
    std::filesystem::copy_file(SANDBOX_TEST_CHILD, copy);
    Spawner spawner(copy);
    std::filesystem::remove(copy);
    auto child = spawner.spawn({{"test-child", "echo"}});
    ASSERT_TRUE(child) << child.error().message;
    EXPECT_EQ(ask(*child, "same version"), "same version");
}

} // namespace
} // namespace audiomuse::sandbox
