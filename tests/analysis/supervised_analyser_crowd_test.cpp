#include <array>
#include <atomic>
#include <cerrno>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <analysis/supervised_analyser_fixture.hpp>

namespace audiomuse::analysis::test {
namespace {

using namespace std::chrono_literals;

TEST_F(SupervisedAnalyserTest, AHammeringCrowdGetsEveryAnswerAndLeavesNothingBehind) {
    EXPECT_TRUE(analyse("ok"));
    m_analyser.reset();
    const auto before = open_descriptors();
    {
        auto many = settings();
        many.max_children = 3; // fewer than threads
        many.tracks_per_child = 7;
        use(many);
        constexpr std::array<std::string_view, 6> k_commands{"ok", "not audio", "crash", "ok", "garbage", "process id"};
        constexpr std::array<FailureCode, 6> k_codes{FailureCode::refused, FailureCode::not_audio, FailureCode::crashed,
                                                     FailureCode::refused, FailureCode::crashed,   FailureCode::too_short};
        std::atomic<int> wrong = 0;
        std::atomic<int> most_children = 0;
        std::vector<std::jthread> threads;
        for (std::size_t t = 0; t < 4; ++t) {
            threads.emplace_back([&, t] {
                for (std::size_t i = 0; i < 24; ++i) {
                    const std::size_t kind = (i + t) % k_commands.size();
                    const auto result = analyse(k_commands[kind]);
                    const bool right =
                        k_commands[kind] == "ok" ? result.has_value() : !result && result.error().code == k_codes[kind];
                    wrong += right ? 0 : 1;
                    most_children = std::max(most_children.load(), m_analyser->children());
                }
            });
        }
        threads.clear();
        EXPECT_EQ(wrong, 0);
        EXPECT_LE(m_analyser->children(), 3);
        EXPECT_LE(most_children, 3);
    }
    m_analyser.reset();
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a zombie is left";
    EXPECT_EQ(errno, ECHILD);
}

TEST_F(SupervisedAnalyserTest, StoppingManyAtOnceTakesNoLongerThanOne) {
    auto four = settings();
    four.max_children = 4;
    use(four);
    std::stop_source source;
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] { EXPECT_FALSE(analyse("spin", source.get_token())); });
    }
    std::this_thread::sleep_for(300ms);
    const auto begin = std::chrono::steady_clock::now();
    source.request_stop();
    threads.clear();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 1500ms);
}

} // namespace
} // namespace audiomuse::analysis::test
