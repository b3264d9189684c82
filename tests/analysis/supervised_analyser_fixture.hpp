#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <analysis/supervised_analyser.hpp>

namespace audiomuse::analysis::test {

/// An input whose content is a command to the test child.
inline AudioInput input_of(std::string_view command) {
    AudioInput input{UniqueFd(::memfd_create("input", MFD_CLOEXEC)), command.size()};
    EXPECT_EQ(::write(input.fd.get(), command.data(), command.size()), static_cast<ssize_t>(command.size()));
    return input;
}

inline std::size_t open_descriptors() {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

class SupervisedAnalyserTest : public testing::Test {
  protected:
    static SupervisorSettings settings() {
        SupervisorSettings settings;
        settings.executable = ANALYSIS_TEST_CHILD;
        settings.arguments = {"analysis-test-child"};
        settings.base_time = std::chrono::seconds(30); // sanitizer builds are slow
        settings.watch_interval = std::chrono::milliseconds(20);
        return settings;
    }
    void use(const SupervisorSettings& settings) { m_analyser = std::make_unique<SupervisedAnalyser>(settings); }

    tl::expected<Analysis, TrackFailure> analyse(std::string_view command, const std::stop_token& stop = {}) {
        return m_analyser->analyse(input_of(command), stop);
    }
    /// Of an analysis that must fail.
    TrackFailure failure(std::string_view command) {
        auto result = analyse(command);
        EXPECT_FALSE(result) << command;
        return result ? TrackFailure{} : result.error();
    }
    pid_t process_id() { return static_cast<pid_t>(std::stol(failure("process id").reason)); }

    std::unique_ptr<SupervisedAnalyser> m_analyser = std::make_unique<SupervisedAnalyser>(settings());
};

} // namespace audiomuse::analysis::test
