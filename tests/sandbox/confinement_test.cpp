#include <sandbox/confinement.hpp>

#include <chrono>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sandbox/sanitized.hpp>
#include <sandbox/spawner.hpp>

namespace audiomuse::sandbox {
namespace {

using namespace std::chrono_literals;
using testing::AnyOf;
using testing::HasSubstr;

class ConfinementTest : public testing::Test {
  protected:
    void start(const std::string& mode) {
        auto child = m_spawner.spawn({{"test-child", mode}});
        ASSERT_TRUE(child) << child.error().message;
        m_child.emplace(std::move(child).value());
        m_greeting = ask("");
    }
    std::string ask(std::string_view text, int descriptor = -1) {
        if (!text.empty() && !m_child->channel().send(std::as_bytes(std::span(text)), 20s, descriptor)) {
            return "cannot send";
        }
        const auto received = m_child->channel().receive(Channel::Wait::yes);
        if (!received || received->state != Channel::State::frame) {
            return m_child->wait(20s).value().describe();
        }
        const auto& payload = received->frame.payload;
        return {reinterpret_cast<const char*>(payload.data()), payload.size()};
    }
    static bool kernel_has_landlock() { return ::syscall(SYS_landlock_create_ruleset, nullptr, 0, 1) >= 1; }

    Spawner m_spawner{SANDBOX_TEST_CHILD};
    std::optional<Child> m_child;
    std::string m_greeting;
};

TEST_F(ConfinementTest, EveryLayerThatTheKernelHasIsApplied) {
    start("confined");
    EXPECT_THAT(m_greeting, HasSubstr("limits"));
    EXPECT_THAT(m_greeting, HasSubstr("no_new_privileges"));
    EXPECT_THAT(m_greeting, HasSubstr("capabilities"));
    EXPECT_THAT(m_greeting, HasSubstr("seccomp"));
    if (kernel_has_landlock()) {
        EXPECT_THAT(m_greeting, HasSubstr("landlock (ABI"));
        EXPECT_EQ(m_greeting.find("not:"), std::string::npos) << m_greeting;
    }
}

TEST_F(ConfinementTest, FilesNetworkAndProcessesAreOutOfReach) {
    start("confined");
    for (const char* attempt : {"read a file", "write a file", "list a folder", "open itself again", "unlink", "memfd", "connect",
                                "unix socket", "socket pair", "fork", "signal the parent", "executable memory",
                                "memory made executable", "a higher limit", "outlive the parent"}) {
        EXPECT_EQ(ask(attempt), "EPERM") << attempt;
    }
    EXPECT_EQ(ask("stat a path"), "EPERM");
    EXPECT_EQ(ask("clone3"), "ENOSYS");
    if (!k_sanitized_build) { // AddressSanitizer ends a process that cannot start a thread
        EXPECT_THAT(ask("thread"), AnyOf("EPERM", "EAGAIN"));
    }
}

TEST_F(ConfinementTest, DecodingStillWorks) {
    start("confined");
    EXPECT_EQ(ask("work in memory"), "ok");
}

TEST_F(ConfinementTest, RunningAProgramEndsTheChild) {
    start("confined");
    EXPECT_EQ(ask("exec"), "was killed by signal 31 (SIGSYS)");
}

TEST_F(ConfinementTest, TracingEndsTheChild) {
    start("confined");
    EXPECT_EQ(ask("ptrace"), "was killed by signal 31 (SIGSYS)");
}

TEST_F(ConfinementTest, MemoryIsBounded) {
    if (k_sanitized_build) {
        GTEST_SKIP() << "shadow memory leaves no room for a bound";
    }
    start("confined");
    EXPECT_EQ(ask("512 MiB"), "ENOMEM");
}

TEST_F(ConfinementTest, AnInputThatCouldBeWrittenIsNot) {
    start("confined");
    const UniqueFd file(::memfd_create("input", MFD_CLOEXEC));
    ASSERT_EQ(::write(file.get(), "x", 1), 1);
    ASSERT_EQ(::lseek(file.get(), 0, SEEK_SET), 0);
    EXPECT_THAT(ask("overwrite the input", file.get()), AnyOf("EFBIG", "was killed by signal 25 (SIGXFSZ)"));
    char content = 0;
    ASSERT_EQ(::pread(file.get(), &content, 1, 0), 1);
    EXPECT_EQ(content, 'x');
}

TEST_F(ConfinementTest, LandlockAloneClosesTheFileSystem) {
    if (!kernel_has_landlock()) {
        GTEST_SKIP() << "this kernel has no Landlock";
    }
    start("landlock only");
    ASSERT_EQ(m_greeting, "active");
    EXPECT_EQ(ask("read a file"), "EACCES");
    EXPECT_EQ(ask("write a file"), "EACCES");
    EXPECT_EQ(ask("list a folder"), "EACCES");
    EXPECT_EQ(ask("exec"), "EACCES");
    EXPECT_EQ(ask("work in memory"), "ok");
}

TEST_F(ConfinementTest, TheFilterAloneClosesTheFileSystem) {
    start("filter only");
    ASSERT_EQ(m_greeting, "active");
    EXPECT_EQ(ask("read a file"), "EPERM");
    EXPECT_EQ(ask("fork"), "EPERM");
    EXPECT_EQ(ask("work in memory"), "ok");
}

TEST(ConfinementReport, SaysWhatIsAppliedAndWhatIsMissing) {
    const ConfinementReport complete{{{"limits", LayerState::active, ""}, {"landlock", LayerState::active, "ABI 7"}}};
    EXPECT_TRUE(complete.complete());
    EXPECT_EQ(complete.summary(), "limits, landlock (ABI 7)");
    const ConfinementReport partial{{{"limits", LayerState::weakened, "data: no"},
                                     {"landlock", LayerState::unavailable, "Function not implemented"},
                                     {"seccomp", LayerState::active, ""}}};
    EXPECT_FALSE(partial.complete());
    EXPECT_EQ(partial.summary(), "limits (data: no), seccomp; not: landlock (Function not implemented)");
    EXPECT_EQ((ConfinementReport{{{"seccomp", LayerState::unavailable, "x"}}}).summary(), "nothing; not: seccomp (x)");
    EXPECT_FALSE(ConfinementReport{}.complete());
}

} // namespace
} // namespace audiomuse::sandbox
