#include <ctime>

#include <net/detail/retry.hpp>

#include "fixture.hpp"

namespace audiomuse::net {
namespace {

using std::chrono::milliseconds;
using test::LoopbackServer;
using test::reply;
using test::ServedConnection;
using test::ServedRequest;
using testing::HasSubstr;

/// Does `first` for so many requests, then answers.
LoopbackServer::Handler after(int failures, LoopbackServer::Handler first) {
    return [failures, first = std::move(first), calls = std::make_shared<std::atomic<int>>(0)](const ServedRequest& request,
                                                                                               ServedConnection& connection) {
        if (++*calls <= failures) {
            first(request, connection);
        } else {
            connection.send(reply(200, "at last"));
        }
    };
}

LoopbackServer::Handler answers(int status, std::vector<std::string> headers = {}) {
    return [=](const ServedRequest&, ServedConnection& connection) { connection.send(reply(status, "later", headers)); };
}

void resets(const ServedRequest&, ServedConnection& connection) { connection.reset(); }

void closes(const ServedRequest&, ServedConnection& connection) { connection.close(); }

TEST(Repeat, OverloadAndBrokenConnectionsPass) {
    for (const auto& handler : {after(2, answers(429)), after(2, answers(502)), after(2, answers(503)), after(2, answers(504)),
                                after(3, resets), after(3, closes)}) {
        LoopbackServer server(handler);
        const auto response = HttpClient(fast_settings()).fetch(get(server.address()), k_page_limit, {});
        ASSERT_TRUE(response) << message_of(response);
        EXPECT_EQ(response->body, "at last");
    }
}

TEST(Repeat, EndsAtTheLastAttempt) {
    LoopbackServer server(answers(503));
    const auto response = HttpClient(fast_settings()).fetch(get(server.address("/x?token=1")), k_page_limit, {});
    EXPECT_EQ(kind_of(response), FailureKind::overloaded);
    EXPECT_EQ(response.error().status, 503);
    EXPECT_EQ(response.error().error.code, ErrorCode::unavailable);
    EXPECT_EQ(message_of(response), server.address("/x") + " cannot serve now: it answered 503. It was tried 4 times.");
    EXPECT_EQ(server.requests().size(), 4U);
    EXPECT_EQ(server.connections(), 1);
}

TEST(Repeat, APostIsSentAgainOnlyWhenNothingCanHaveHappened) {
    const auto requests_made = [](LoopbackServer::Handler handler, Repeat repeat) {
        LoopbackServer server(std::move(handler));
        Request request = get(server.address());
        request.method = Method::post;
        request.repeat = repeat;
        static_cast<void>(HttpClient(fast_settings()).fetch(request, k_page_limit, {}));
        return server.requests().size();
    };
    EXPECT_EQ(requests_made(answers(429), Repeat::by_method), 4U);
    EXPECT_EQ(requests_made(answers(503), Repeat::by_method), 4U);
    EXPECT_EQ(requests_made(answers(502), Repeat::by_method), 1U);
    EXPECT_EQ(requests_made(answers(504), Repeat::by_method), 1U);
    EXPECT_EQ(requests_made(resets, Repeat::by_method), 1U);
    EXPECT_EQ(requests_made(answers(502), Repeat::safe), 4U);
    EXPECT_EQ(requests_made(resets, Repeat::safe), 4U);
}

TEST(Repeat, RetryAfterIsHonouredUpToItsCap) {
    ClientSettings settings = fast_settings();
    settings.retry.longest_retry_after = std::chrono::seconds(5);
    LoopbackServer polite(after(1, answers(429, {"Retry-After: 1"})));
    const Stopwatch second;
    ASSERT_TRUE(HttpClient(settings).fetch(get(polite.address()), k_page_limit, {}));
    EXPECT_GE(second.elapsed(), milliseconds(1000));

    const std::time_t later = std::time(nullptr) + 3600;
    char date[64];
    std::strftime(date, sizeof date, "Retry-After: %a, %d %b %Y %H:%M:%S GMT", std::gmtime(&later));
    LoopbackServer lazy(after(2, answers(503, {date})));
    const Stopwatch capped;
    ASSERT_TRUE(HttpClient(fast_settings()).fetch(get(lazy.address()), k_page_limit, {}));
    EXPECT_GE(capped.elapsed(), milliseconds(80));
    EXPECT_LT(capped.elapsed(), std::chrono::seconds(10));

    for (const char* odd : {"Retry-After: -5", "Retry-After: soon", "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT",
                            "Retry-After: 99999999999999999999999", "Retry-After:"}) {
        LoopbackServer server(after(1, answers(503, {odd})));
        EXPECT_TRUE(HttpClient(fast_settings()).fetch(get(server.address()), k_page_limit, {})) << odd;
    }
}

TEST(Repeat, NothingListening) {
    std::uint16_t port = 0;
    {
        LoopbackServer gone(resets);
        port = gone.port();
    }
    Request request = get("http://127.0.0.1:" + std::to_string(port) + "/path?secret=1");
    request.method = Method::post;
    const auto response = HttpClient(fast_settings()).fetch(request, k_page_limit, {});
    EXPECT_EQ(kind_of(response), FailureKind::connection_refused);
    EXPECT_EQ(message_of(response), "Nothing listens at http://127.0.0.1:" + std::to_string(port) +
                                        ": the connection was refused. It was tried 4 times.");
}

TEST(Repeat, UnknownHost) {
    const auto response = HttpClient(one_attempt()).fetch(get("http://no-such-host.invalid:8096/x"), k_page_limit, {});
    EXPECT_EQ(kind_of(response), FailureKind::host_unknown);
    EXPECT_EQ(response.error().error.code, ErrorCode::unavailable);
    EXPECT_THAT(message_of(response), HasSubstr("http://no-such-host.invalid:8096 is unknown"));
}

TEST(Repeat, PausesGrowAndAreJittered) {
    const RetrySettings settings{.attempts = 9,
                                 .first_pause = milliseconds(100),
                                 .longest_pause = milliseconds(500),
                                 .longest_retry_after = milliseconds(2000)};
    const auto pause = [&](int made, double luck, milliseconds retry_after = milliseconds(0)) {
        return detail::pause_before_next(settings, {.failure = {}, .retry_after = retry_after}, {.made = made}, luck).count();
    };
    EXPECT_EQ(pause(1, 0), 50);
    EXPECT_EQ(pause(1, 0.5), 75);
    EXPECT_EQ(pause(2, 0), 100);
    EXPECT_EQ(pause(3, 0), 200);
    EXPECT_EQ(pause(4, 0), 250);
    EXPECT_EQ(pause(1000, 0), 250);
    EXPECT_EQ(pause(1, 0.5, milliseconds(1000)), 1050);
    EXPECT_EQ(pause(1, 0, milliseconds(9000)), 2000);
}

TEST(Repeat, ATimeLimitIsRunIntoTwiceAtMost) {
    const Request request = get("http://nas/");
    const RetrySettings settings{.attempts = 9};
    const detail::Setback setback{.failure = {}, .again = detail::Again::always, .ran_into_time_limit = true};
    EXPECT_TRUE(detail::may_repeat(settings, request, setback, {.made = 1, .ran_into_time_limit = 1}));
    EXPECT_FALSE(detail::may_repeat(settings, request, setback, {.made = 2, .ran_into_time_limit = 2}));
}

} // namespace
} // namespace audiomuse::net
