#include <algorithm>
#include <thread>
#include <vector>

#include <zlib.h>

#include "fixture.hpp"

namespace audiomuse::net {
namespace {

using std::chrono::milliseconds;
using test::LoopbackServer;
using test::reply;
using test::ServedConnection;
using test::ServedRequest;
using testing::HasSubstr;
using testing::Not;

std::string gzip(std::string_view text) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
    std::string packed(deflateBound(&stream, text.size()), '\0');
    std::string input(text);
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

/// Answers every request with the same bytes.
LoopbackServer::Handler always(std::string bytes) {
    return [bytes = std::move(bytes)](const ServedRequest&, ServedConnection& connection) { connection.send(bytes); };
}

TEST(Fetch, GivesStatusTypeAndBody) {
    LoopbackServer server(always(reply(200, R"({"ok":true})", {"Content-Type: Application/JSON; charset=utf-8"})));
    HttpClient client(fast_settings());
    Request request = get(server.address("/rest/ping?u=ada"));
    request.headers = {{"Authorization", "MediaBrowser Token=\"x\""}, {"X-Empty", ""}};
    const auto response = client.fetch(request, k_page_limit, {});
    ASSERT_TRUE(response) << message_of(response);
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->content_type, "application/json");
    EXPECT_EQ(response->body, R"({"ok":true})");
    const ServedRequest seen = server.requests().at(0);
    EXPECT_EQ(seen.method, "GET");
    EXPECT_EQ(seen.target, "/rest/ping?u=ada");
    EXPECT_EQ(seen.header("authorization"), "MediaBrowser Token=\"x\"");
    EXPECT_EQ(seen.headers.count("x-empty"), 1U);
    EXPECT_EQ(seen.header("user-agent"), "audiomuse");
    EXPECT_EQ(seen.header("accept-encoding"), "gzip");
    EXPECT_EQ(seen.header("host"), "127.0.0.1:" + std::to_string(server.port()));
}

TEST(Fetch, SendsBodiesAndMethods) {
    LoopbackServer server(always(reply(204)));
    HttpClient client(fast_settings());
    Request request = get(server.address("/x"));
    request.method = Method::post;
    EXPECT_TRUE(client.fetch(request, k_page_limit, {}));
    request.body = Body{"application/json", std::string("{\0}", 3)};
    EXPECT_TRUE(client.fetch(request, k_page_limit, {}));
    request.body = Body{"application/octet-stream", std::string(3U << 20U, 'x')};
    EXPECT_TRUE(client.fetch(request, k_page_limit, {}));
    request.body.reset();
    request.method = Method::del;
    EXPECT_TRUE(client.fetch(request, k_page_limit, {}));
    const auto seen = server.requests();
    ASSERT_EQ(seen.size(), 4U);
    EXPECT_EQ(seen[0].method, "POST");
    EXPECT_EQ(seen[0].header("content-length"), "0");
    EXPECT_EQ(seen[0].headers.count("content-type"), 0U);
    EXPECT_EQ(seen[1].body, std::string("{\0}", 3));
    EXPECT_EQ(seen[1].header("content-type"), "application/json");
    EXPECT_EQ(seen[2].body.size(), 3U << 20U);
    EXPECT_EQ(seen[3].method, "DELETE");
    EXPECT_EQ(seen[3].body, "");
}

TEST(Fetch, RefusesRequestsThatWouldBreak) {
    HttpClient client(fast_settings());
    for (const Header& header : {Header{"X-Token", "secret\r\nX-Evil: 1"},
                                 {"X Token", "secret"},
                                 {"", "secret"},
                                 {"Host", "secret"},
                                 {"content-length", "1"}}) {
        Request request = get("http://127.0.0.1:1/");
        request.headers = {header};
        const auto response = client.fetch(request, k_page_limit, {});
        EXPECT_EQ(kind_of(response), FailureKind::invalid_request) << header.name;
        EXPECT_THAT(message_of(response), Not(HasSubstr("secret")));
    }
    Request request = get("http://127.0.0.1:1/");
    request.body = Body{"text/plain", "x"};
    EXPECT_EQ(kind_of(client.fetch(request, k_page_limit, {})), FailureKind::invalid_request);
}

TEST(Fetch, UnauthorizedIsAnAnswerAtOnce) {
    for (const int status : {401, 403, 404, 500}) {
        LoopbackServer server(always(reply(status, "why")));
        const auto response = HttpClient(fast_settings()).fetch(get(server.address()), k_page_limit, {});
        ASSERT_TRUE(response) << message_of(response);
        EXPECT_EQ(response->status, status);
        EXPECT_EQ(response->body, "why");
        EXPECT_EQ(server.requests().size(), 1U);
    }
}

TEST(Fetch, DecodesGzipUpToTheLimit) {
    const std::string text(900'000, 'a');
    LoopbackServer server(always(reply(200, gzip(text), {"Content-Encoding: gzip"})));
    HttpClient client(fast_settings());
    const auto response = client.fetch(get(server.address()), k_page_limit, {});
    ASSERT_TRUE(response) << message_of(response);
    EXPECT_EQ(response->body, text);
    EXPECT_TRUE(client.fetch(get(server.address()), ByteCount{900'000}, {}));
    const auto bomb = client.fetch(get(server.address()), ByteCount{899'999}, {});
    EXPECT_EQ(kind_of(bomb), FailureKind::too_large);
    EXPECT_THAT(message_of(bomb), HasSubstr("899999 bytes"));
}

TEST(Fetch, RefusesEncodingsThatNobodyAskedFor) {
    LoopbackServer server(always(reply(200, "not gzip at all", {"Content-Encoding: gzip"})));
    EXPECT_EQ(kind_of(HttpClient(fast_settings()).fetch(get(server.address()), k_page_limit, {})), FailureKind::bad_answer);
}

TEST(Fetch, EndlessBodiesAndHeadersEnd) {
    LoopbackServer server([](const ServedRequest& request, ServedConnection& connection) {
        connection.send("HTTP/1.1 200 OK\r\n");
        const bool is_body = request.path() == "/body";
        if (is_body) {
            connection.send("Transfer-Encoding: chunked\r\n\r\n");
        }
        const std::string piece =
            is_body ? "400\r\n" + std::string(1024, 'x') + "\r\n" : "X-Flood: " + std::string(1000, 'x') + "\r\n";
        while (connection.send(piece)) {
        }
    });
    HttpClient client(fast_settings());
    EXPECT_EQ(kind_of(client.fetch(get(server.address("/body")), k_page_limit, {})), FailureKind::too_large);
    const auto flood = client.fetch(get(server.address("/headers")), k_page_limit, {});
    EXPECT_EQ(kind_of(flood), FailureKind::bad_answer);
    EXPECT_THAT(message_of(flood), HasSubstr("131072 bytes of headers"));
    EXPECT_EQ(server.requests().size(), 2U);
}

TEST(Fetch, HeadersThatNeverEndAreABadAnswer) {
    const std::string continues = "HTTP/1.1 100 Continue\r\n\r\n";
    for (const auto& [beginning, piece] :
         {std::pair(std::string("HTTP/1.1 200 OK\r\nX: "), std::string(1000, 'x')), {"", continues}}) {
        LoopbackServer server([&](const ServedRequest&, ServedConnection& connection) {
            connection.send(beginning);
            while (connection.send(piece)) {
            }
        });
        EXPECT_EQ(kind_of(HttpClient(fast_settings()).fetch(get(server.address()), k_page_limit, {})), FailureKind::bad_answer)
            << piece;
    }
}

TEST(Fetch, WhatIsNotHttpIsABadAnswer) {
    for (const char* garbage :
         {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 banana\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nxxxxx"}) {
        LoopbackServer server([&](const ServedRequest&, ServedConnection& connection) {
            connection.send(garbage);
            connection.close();
        });
        EXPECT_EQ(kind_of(HttpClient(one_attempt()).fetch(get(server.address()), k_page_limit, {})), FailureKind::bad_answer)
            << garbage;
    }
}

TEST(Fetch, NothingSecretIsEverSaid) {
    LoopbackServer server([](const ServedRequest&, ServedConnection& connection) { connection.reset(); });
    Request request = get(server.address("/rest/ping.view?p=hunter2"));
    request.method = Method::post;
    request.headers = {{"Authorization", "hunter2"}};
    request.body = Body{"text/plain", "hunter2"};
    testing::internal::CaptureStderr();
    const auto response = HttpClient(fast_settings()).fetch(request, k_page_limit, {});
    EXPECT_THAT(testing::internal::GetCapturedStderr(), Not(HasSubstr("hunter2")));
    EXPECT_EQ(kind_of(response), FailureKind::connection_lost);
    EXPECT_EQ(message_of(response), server.address("/rest/ping.view") + " closed the connection without an answer.");
}

TEST(Fetch, KeepsConnections) {
    LoopbackServer server(always(reply(200, "x")));
    HttpClient client(fast_settings());
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(client.fetch(get(server.address()), k_page_limit, {}));
    }
    EXPECT_EQ(server.connections(), 1);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 20; ++j) {
                EXPECT_TRUE(client.fetch(get(server.address()), k_page_limit, {}));
            }
        });
    }
    threads.clear();
    EXPECT_LE(server.connections(), 4);
    EXPECT_EQ(server.requests().size(), 100U);
}

TEST(Fetch, AConnectionThatTheServerClosedMeanwhileIsReplaced) {
    LoopbackServer server([](const ServedRequest&, ServedConnection& connection) {
        connection.send(reply(200, "x")); // and closes it without having said so
        connection.close();
    });
    HttpClient client(fast_settings());
    Request post = get(server.address());
    post.method = Method::post;
    for (int i = 0; i < 10; ++i) {
        ASSERT_TRUE(client.fetch(get(server.address()), k_page_limit, {}));
        ASSERT_TRUE(client.fetch(post, k_page_limit, {}));
    }
    const auto seen = server.requests();
    EXPECT_EQ(std::ranges::count(seen, "POST", &ServedRequest::method), 10) << "no POST is sent twice";
}

TEST(Fetch, SoManyAtOnceAndNoMore) {
    std::atomic<int> now{0};
    std::atomic<int> most{0};
    LoopbackServer server([&](const ServedRequest&, ServedConnection& connection) {
        const int running = ++now;
        for (int seen = most; running > seen && !most.compare_exchange_weak(seen, running);) {
        }
        static_cast<void>(connection.pause(milliseconds(20)));
        --now;
        connection.send(reply(200));
    });
    ClientSettings settings = fast_settings();
    settings.max_fetches = 3;
    settings.max_downloads = 1;
    HttpClient client(settings);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 9; ++i) {
        threads.emplace_back([&] { EXPECT_TRUE(client.fetch(get(server.address()), k_page_limit, {})); });
    }
    threads.clear();
    EXPECT_EQ(most, 3);
    most = 0;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
            TestSink sink;
            EXPECT_TRUE(client.download(get(server.address()), sink, {}));
        });
    }
    threads.clear();
    EXPECT_EQ(most, 1);
}

} // namespace
} // namespace audiomuse::net
