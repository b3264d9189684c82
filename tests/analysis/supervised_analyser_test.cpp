#include <analysis/supervised_analyser.hpp>

#include <csignal>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <analysis/sample_analysis.hpp>
#include <analysis/supervised_analyser_fixture.hpp>

namespace audiomuse::analysis::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

TEST_F(SupervisedAnalyserTest, AnAnalysisComesBackWhole) {
    const auto result = analyse("ok");
    ASSERT_TRUE(result) << result.error().reason;
    EXPECT_EQ(result->duration_s, 181.25);
    EXPECT_EQ(result->embedding, sample_analysis().embedding);
    EXPECT_EQ(result->identity.str(), "0123456789abcdef0123456789abcdef");
}

TEST_F(SupervisedAnalyserTest, AnIdentityComesBack) {
    EXPECT_EQ(m_analyser->identify(input_of("four"), {}).value().str(), "00000000000000000000000000000004");
    EXPECT_EQ(m_analyser->identify(input_of(""), {}).error().code, FailureCode::too_short);
}

TEST_F(SupervisedAnalyserTest, TheInputIsReadFromItsStartAndItsPositionStays) {
    const AudioInput input = input_of("ok");
    EXPECT_TRUE(m_analyser->analyse(input, {}));
    EXPECT_TRUE(m_analyser->analyse(input, {}));
    EXPECT_EQ(::lseek(input.fd.get(), 0, SEEK_CUR), 2);
}

TEST_F(SupervisedAnalyserTest, AFailureOfTheTrackIsReturnedAndTheChildGoesOn) {
    const pid_t before = process_id();
    EXPECT_EQ(failure("not audio").code, FailureCode::not_audio);
    EXPECT_EQ(failure("not audio").reason, "It holds no audio.");
    EXPECT_EQ(process_id(), before);
    EXPECT_EQ(m_analyser->children(), 1);
}

TEST_F(SupervisedAnalyserTest, NoFileCanBeOpenedInside) { EXPECT_EQ(failure("open a file").reason, "EPERM"); }

TEST_F(SupervisedAnalyserTest, AChildIsReplacedAfterItsShareOfTracks) {
    auto few = settings();
    few.tracks_per_child = 2;
    use(few);
    const pid_t first = process_id();
    EXPECT_EQ(process_id(), first);
    EXPECT_NE(process_id(), first);
}

TEST_F(SupervisedAnalyserTest, ACrashIsReportedWithItsSignalAndTheNextTrackIsFine) {
    EXPECT_EQ(failure("crash").code, FailureCode::crashed);
    EXPECT_EQ(failure("crash").reason, "The analysis process was killed by signal 11 (SIGSEGV).");
    EXPECT_EQ(failure("abort").reason, "The analysis process was killed by signal 6 (SIGABRT).");
    EXPECT_EQ(failure("exit").reason, "The analysis process exited with status 7.");
    EXPECT_TRUE(analyse("ok"));
}

TEST_F(SupervisedAnalyserTest, AnExceptionIsACrash) {
    EXPECT_EQ(failure("throw").code, FailureCode::crashed);
    EXPECT_EQ(failure("throw").reason, "The analysis failed unexpectedly: a bug.");
    EXPECT_TRUE(analyse("ok"));
}

TEST_F(SupervisedAnalyserTest, TheSecondAttemptIsMadeByAFreshChild) {
    auto two = settings();
    two.max_children = 2;
    use(two);
    // two idle children that have both worked already
    std::thread other([&] { EXPECT_TRUE(analyse("ok")); });
    EXPECT_TRUE(analyse("ok"));
    other.join();
    EXPECT_TRUE(analyse("crash unless fresh"));
    EXPECT_LE(m_analyser->children(), 2);
}

TEST_F(SupervisedAnalyserTest, AHangEndsAtTheTimeLimitTwice) {
    auto quick = settings();
    quick.base_time = 300ms;
    use(quick);
    const auto begin = Clock::now();
    const auto result = failure("spin");
    const auto taken = Clock::now() - begin;
    EXPECT_EQ(result.code, FailureCode::time_limit);
    EXPECT_EQ(result.reason, "The analysis took longer than 0.3 s.");
    EXPECT_GE(taken, 600ms);
    EXPECT_LT(taken, 10s);
    EXPECT_EQ(failure("sleep").code, FailureCode::time_limit);
    EXPECT_EQ(failure("half a message and silence").code, FailureCode::time_limit);
}

TEST_F(SupervisedAnalyserTest, MemoryWithoutEndIsRefusedInsideTheChild) {
    if (sandbox::k_sanitized_build) {
        GTEST_SKIP() << "sanitizer builds have no limit inside";
    }
    auto small = settings();
    small.limits.data_bytes = 64U << 20U;
    use(small);
    EXPECT_EQ(failure("grow").code, FailureCode::out_of_memory);
    EXPECT_EQ(failure("grow").reason, "The analysis needed more memory than it may have.");
    EXPECT_TRUE(analyse("ok"));
}

TEST_F(SupervisedAnalyserTest, MemoryWithoutEndIsSeenFromOutside) {
    auto watched = settings();
    watched.limits.data_bytes = 64ULL << 30U;
    watched.max_resident_bytes = 128U << 20U;
    use(watched);
    EXPECT_EQ(failure("grow").code, FailureCode::out_of_memory);
    EXPECT_EQ(failure("grow").reason, "The analysis needed more than 128 MiB of memory.");
    EXPECT_TRUE(analyse("ok"));
}

TEST_F(SupervisedAnalyserTest, NonsenseFromAChildIsACrash) {
    for (const char* command : {"garbage", "not CBOR", "deep CBOR", "half a message and the end", "another number",
                                "another kind", "a second hello", "close the channel"}) {
        const auto result = failure(command);
        EXPECT_EQ(result.code, FailureCode::crashed) << command;
        EXPECT_THAT(result.reason, HasSubstr("The analysis process ")) << command;
    }
    EXPECT_TRUE(analyse("ok"));
}

TEST_F(SupervisedAnalyserTest, AStopRequestEndsTheWorkAtOnce) {
    EXPECT_TRUE(analyse("ok"));
    std::stop_source source;
    std::jthread stopper([&] {
        std::this_thread::sleep_for(150ms);
        source.request_stop();
    });
    const auto begin = Clock::now();
    EXPECT_FALSE(analyse("spin", source.get_token()));
    EXPECT_LT(Clock::now() - begin, 1500ms);
    EXPECT_EQ(m_analyser->children(), 0);
    EXPECT_FALSE(analyse("ok", source.get_token())) << "after a stop request nothing begins";
    EXPECT_TRUE(analyse("ok"));
}

TEST_F(SupervisedAnalyserTest, AStopRequestEndsTheWaitForAChild) {
    std::stop_source first;
    std::stop_source second;
    std::jthread busy([&] { EXPECT_FALSE(analyse("spin", first.get_token())); });
    for (int i = 0; i < 5000 && m_analyser->children() == 0; ++i) {
        std::this_thread::sleep_for(1ms);
    }
    std::jthread stopper([&] {
        std::this_thread::sleep_for(50ms);
        second.request_stop();
    });
    EXPECT_FALSE(analyse("ok", second.get_token()));
    first.request_stop();
}

TEST_F(SupervisedAnalyserTest, AnIdleChildIsEnded) {
    auto impatient = settings();
    impatient.idle_time = 100ms;
    use(impatient);
    const pid_t child = process_id();
    EXPECT_EQ(m_analyser->children(), 1);
    for (int i = 0; i < 500 && m_analyser->children() > 0; ++i) {
        std::this_thread::sleep_for(10ms);
    }
    std::this_thread::sleep_for(200ms); // it is ended outside of the lock
    EXPECT_EQ(m_analyser->children(), 0);
    EXPECT_EQ(::kill(child, 0), -1);
    EXPECT_TRUE(analyse("ok"));
}

TEST_F(SupervisedAnalyserTest, AnIdleChildThatWasKilledCostsNothing) {
    const pid_t child = process_id();
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    std::this_thread::sleep_for(50ms);
    EXPECT_NE(process_id(), child);
}

TEST_F(SupervisedAnalyserTest, AChildThatCannotStartIsAFailureAndNoHang) {
    auto broken = settings();
    broken.arguments = {"analysis-test-child", "no analyser"};
    use(broken);
    EXPECT_EQ(failure("ok").reason, "The analysis process exited with status 3.");
    EXPECT_EQ(m_analyser->check_confinement().error().code, ErrorCode::unavailable);

    broken.arguments = {"analysis-test-child", "never ready"};
    broken.start_time = 200ms;
    use(broken);
    EXPECT_EQ(failure("ok").code, FailureCode::crashed);
    EXPECT_EQ(failure("ok").reason, "The analysis process was not ready after 0.2 s.");
}

TEST_F(SupervisedAnalyserTest, DescriptorsReachTheFactory) {
    const UniqueFd weights(::memfd_create("weights", MFD_CLOEXEC));
    auto with = settings();
    with.arguments = {"analysis-test-child", "needs a descriptor"};
    use(with);
    EXPECT_EQ(failure("ok").code, FailureCode::crashed);
    with.descriptors = {weights.get()};
    use(with);
    EXPECT_TRUE(analyse("ok"));
}

TEST_F(SupervisedAnalyserTest, SaysHowItsChildrenAreConfined) {
    const auto report = m_analyser->check_confinement();
    ASSERT_TRUE(report) << report.error().message;
    ASSERT_EQ(report->layers.size(), 5U);
    EXPECT_EQ(report->layers[4], (sandbox::Layer{"seccomp", sandbox::LayerState::active, ""}));
    EXPECT_EQ(m_analyser->children(), 1) << "the child that was asked stays for the first track";
}

TEST(SupervisorSettings, TheTimeLimitGrowsWithTheFile) {
    const SupervisorSettings settings;
    EXPECT_EQ(time_limit_for(settings, 0), 60s);
    EXPECT_EQ(time_limit_for(settings, 5U << 20U), 160s);
    EXPECT_EQ(time_limit_for(settings, 1ULL << 40U), 4h);
    EXPECT_EQ(time_limit_for(settings, UINT64_MAX), 4h);
}

} // namespace
} // namespace audiomuse::analysis::test
