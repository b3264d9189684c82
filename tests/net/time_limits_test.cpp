#include <thread>

#include <net/detail/transfer_watch.hpp>

#include "fixture.hpp"

namespace audiomuse::net {
namespace {

using detail::Growth;
using detail::Progress;
using detail::TimeLimit;
using detail::TransferWatch;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::LoopbackServer;
using test::reply;
using test::ServedConnection;
using test::ServedRequest;
using testing::HasSubstr;

constexpr std::string_view k_begin = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";

/// Sends a beginning, then nothing.
LoopbackServer::Handler stalls_after(std::string_view beginning) {
    return [beginning](const ServedRequest&, ServedConnection& connection) {
        connection.send(beginning);
        static_cast<void>(connection.wait_until_closed());
    };
}

TEST(TimeLimits, NoAnswer) {
    ClientSettings settings = fast_settings();
    settings.answer_timeout = milliseconds(150);
    LoopbackServer server(stalls_after(""));
    const auto response = HttpClient(settings).fetch(get(server.address("/x?token=1")), k_page_limit, {});
    EXPECT_EQ(kind_of(response), FailureKind::timed_out);
    EXPECT_EQ(response.error().error.code, ErrorCode::timed_out);
    EXPECT_EQ(message_of(response), server.address("/x") + " did not answer within 0.15 s. It was tried 2 times.");
}

TEST(TimeLimits, StallAfterHeadersAndDrip) {
    ClientSettings settings = one_attempt();
    settings.stall_window = milliseconds(300);
    settings.stall_rate = {100};
    const auto drip = [](const ServedRequest&, ServedConnection& connection) {
        connection.send(k_begin);
        while (connection.pause(milliseconds(50)) && connection.send("x")) {
        }
    };
    for (const auto& handler : {stalls_after(k_begin), LoopbackServer::Handler(drip)}) {
        LoopbackServer server(handler);
        TestSink sink;
        const Stopwatch watch;
        const auto outcome = HttpClient(settings).download(get(server.address()), sink, {});
        EXPECT_EQ(kind_of(outcome), FailureKind::stalled);
        EXPECT_EQ(outcome.error().error.code, ErrorCode::timed_out);
        EXPECT_THAT(message_of(outcome), HasSubstr("less than 100 bytes a second for 0.3 s"));
        EXPECT_EQ(sink.content, "");
        EXPECT_LT(watch.elapsed(), seconds(5));
    }
}

TEST(TimeLimits, TotalTimeHoldsForOneAttemptAndIsNotRepeated) {
    ClientSettings settings = fast_settings();
    settings.total_time = milliseconds(200);
    LoopbackServer server([](const ServedRequest&, ServedConnection& connection) {
        connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        while (connection.pause(milliseconds(10)) && connection.send("1\r\nx\r\n")) {
        }
    });
    const auto response = HttpClient(settings).fetch(get(server.address()), k_page_limit, {});
    EXPECT_EQ(kind_of(response), FailureKind::timed_out);
    EXPECT_THAT(message_of(response), HasSubstr("not complete within 0.2 s"));
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST(TimeLimits, CancellingEndsATransferAPauseAndAWait) {
    LoopbackServer silent(stalls_after(k_begin));
    LoopbackServer overloaded([](const ServedRequest&, ServedConnection& connection) { connection.send(reply(503)); });
    ClientSettings settings = fast_settings();
    settings.retry.first_pause = seconds(60);
    settings.retry.longest_pause = seconds(60);
    settings.max_fetches = 2;
    HttpClient client(settings);
    std::stop_source source;
    std::vector<std::jthread> threads;
    std::atomic<int> cancelled{0};
    for (const auto& address : {silent.address(), overloaded.address(), silent.address(), silent.address()}) {
        threads.emplace_back([&, address] {
            if (kind_of(client.fetch(get(address), k_page_limit, source.get_token())) == FailureKind::cancelled) {
                ++cancelled;
            }
        });
    }
    std::this_thread::sleep_for(milliseconds(100));
    const Stopwatch watch;
    source.request_stop();
    threads.clear();
    EXPECT_LT(watch.elapsed(), milliseconds(1000));
    EXPECT_EQ(cancelled, 4);
    TestSink sink;
    EXPECT_EQ(kind_of(client.download(get(silent.address()), sink, source.get_token())), FailureKind::cancelled);
}

class TransferWatchTest : public testing::Test {
  protected:
    std::optional<TimeLimit> at(milliseconds time, Progress progress) { return m_watch.check(m_start + time, progress); }

    ClientSettings m_settings{.answer_timeout = seconds(10),
                              .stall_window = seconds(4),
                              .stall_rate = {100},
                              .total_time = seconds(60),
                              .slowest_download = {1000}};
    TransferWatch::TimePoint m_start{};
    TransferWatch m_watch{m_settings, Growth::with_size, m_start};
};

TEST_F(TransferWatchTest, TheAnswerMayComeLateAsLongAsTheRequestGoesOut) {
    EXPECT_FALSE(at(seconds(9), {.sent = 100}));
    EXPECT_FALSE(at(seconds(18), {.sent = 200}));
    EXPECT_FALSE(at(seconds(27), {.sent = 200}));
    EXPECT_EQ(at(seconds(28), {.sent = 200}), TimeLimit::answer);
}

TEST_F(TransferWatchTest, EachWindowNeedsItsBytes) {
    EXPECT_FALSE(at(seconds(9), {.received = 1}));
    EXPECT_FALSE(at(seconds(12), {.received = 2}));
    EXPECT_FALSE(at(seconds(13), {.received = 500}));
    EXPECT_FALSE(at(seconds(16), {.received = 501}));
    EXPECT_EQ(at(seconds(17), {.received = 501}), TimeLimit::stall);
}

TEST_F(TransferWatchTest, TotalTimeGrowsWithTheSizeOfADownload) {
    EXPECT_EQ(m_watch.allowance({}), seconds(60));
    EXPECT_EQ(m_watch.allowance({.received = 5000, .announced = 100'000}), seconds(160));
    EXPECT_EQ(m_watch.allowance({.received = 50'000}), seconds(110));
    EXPECT_EQ(TransferWatch(m_settings, Growth::none, m_start).allowance({.announced = 100'000}), seconds(60));
    EXPECT_FALSE(at(seconds(59), {.received = 50'000, .announced = 100'000}));
    EXPECT_EQ(at(seconds(160), {.received = 99'000, .announced = 100'000}), TimeLimit::total);
}

} // namespace
} // namespace audiomuse::net
