#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <net/http_client.hpp>
#include <support/loopback_server.hpp>

namespace audiomuse::net {

/// Limits that no test runs into by chance, and pauses of milliseconds.
inline ClientSettings fast_settings() {
    using std::chrono::milliseconds;
    ClientSettings settings;
    settings.retry = {
        .attempts = 4, .first_pause = milliseconds(2), .longest_pause = milliseconds(8), .longest_retry_after = milliseconds(40)};
    return settings;
}

/// Each attempt counts.
inline ClientSettings one_attempt() {
    ClientSettings settings = fast_settings();
    settings.retry.attempts = 1;
    return settings;
}

inline Request get(const std::string& address) { return {.url = Url::parse(address).value()}; }

constexpr ByteCount k_page_limit{1U << 20U};

/// A sink in memory that counts how often it began anew.
struct TestSink final : ByteSink {
    Result<void> write(std::span<const std::byte> bytes) override {
        content.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
    }
    Result<void> restart() override {
        content.clear();
        ++restarts;
        return {};
    }
    std::string content;
    int restarts = 0;
};

template <class T>
FailureKind kind_of(const Outcome<T>& outcome) {
    EXPECT_FALSE(outcome);
    return outcome ? FailureKind::internal : outcome.error().kind;
}

template <class T>
std::string message_of(const Outcome<T>& outcome) {
    return outcome ? "" : outcome.error().error.message;
}

/// The time since it was made.
class Stopwatch {
  public:
    [[nodiscard]] std::chrono::milliseconds elapsed() const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - m_start);
    }

  private:
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

} // namespace audiomuse::net
