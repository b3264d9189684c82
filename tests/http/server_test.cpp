#include <http/server.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <base/fd.hpp>
#include <http/front.hpp>

namespace audiomuse::http {
namespace {

/// Invalid when nobody listens.
UniqueFd connect_to(std::uint16_t port) {
    UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    const timeval limit{10, 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? std::move(socket)
                                                                                                     : UniqueFd();
}

/// Sends raw bytes and returns all that comes back until the server closes.
std::string exchange(std::uint16_t port, const std::string& request) {
    const UniqueFd socket = connect_to(port);
    if (!socket) {
        return "no connection";
    }
    std::size_t sent = 0;
    while (sent < request.size()) {
        const ssize_t step = ::send(socket.get(), request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
        if (step <= 0) {
            break;
        }
        sent += static_cast<std::size_t>(step);
    }
    std::string answer;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::recv(socket.get(), buffer, sizeof buffer, 0)) > 0;) {
        answer.append(buffer, static_cast<std::size_t>(got));
    }
    return answer;
}

class ServerTest : public testing::Test {
  protected:
    void SetUp() override {
        Router router;
        router.add("POST", "/echo", [](const Request& request, const std::string&) { return Response{.body = request.body}; });
        router.add("GET", "/boom", [](const Request&, const std::string&) -> Response { throw std::runtime_error("secret"); });
        router.add("GET", "/events", [](const Request&, const std::string&) {
            Response response;
            response.content_type = "text/event-stream";
            response.events = [count = 0]() mutable -> std::optional<std::string> {
                return ++count <= 2 ? std::optional("event: n\ndata: " + std::to_string(count) + "\n\n") : std::nullopt;
            };
            return response;
        });
        Front::Settings settings;
        settings.gate.allowed_hosts = {"x"};
        m_front = std::make_unique<Front>(settings, std::move(router));
        auto server = Server::start({.address = "127.0.0.1", .port = 0, .threads = 2, .request_time = std::chrono::seconds(2)},
                                    [this](Request request) { return m_front->answer(std::move(request)); });
        ASSERT_TRUE(server) << server.error().message;
        m_server = std::move(*server);
    }
    std::unique_ptr<Front> m_front;
    std::unique_ptr<Server> m_server;
};

TEST_F(ServerTest, AnswersWithHeaders) {
    const std::string answer =
        exchange(m_server->port(), "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_NE(answer.find("Content-Type: application/json; charset=utf-8\r\n"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\nhi")) << answer;
}

TEST_F(ServerTest, ALargeBodyIs413) {
    const std::string body(100U << 10U, 'x');
    const std::string answer =
        exchange(m_server->port(), "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
                                       std::to_string(body.size()) + "\r\n\r\n" + body);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer.substr(0, 200);
}

TEST_F(ServerTest, AnExceptionIs500WithoutItsWords) {
    const std::string answer = exchange(m_server->port(), "GET /boom HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 ")) << answer;
    EXPECT_EQ(answer.find("secret"), std::string::npos) << answer;
}

TEST_F(ServerTest, EventStreamsEnd) {
    const std::string answer = exchange(m_server->port(), "GET /events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_NE(answer.find("Content-Type: text/event-stream"), std::string::npos) << answer;
    EXPECT_NE(answer.find("data: 1\n"), std::string::npos) << answer;
    EXPECT_NE(answer.find("data: 2\n"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("0\r\n\r\n")) << answer;
}

TEST_F(ServerTest, ASlowRequestIsCutOff) {
    const auto started = std::chrono::steady_clock::now();
    EXPECT_EQ(exchange(m_server->port(), "GET /echo HTTP/1.1\r\nHost: x\r\nX-"), "");
    EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(6));
}

TEST_F(ServerTest, HandlersSeeHeadersAndThePeer) {
    Request seen;
    auto server = Server::start({.port = 0, .threads = 1}, [&](Request request) {
        seen = std::move(request);
        return Response{.headers = {{"X-A", "1"}, {"X-B", "2"}}};
    });
    ASSERT_TRUE(server);
    const std::string answer =
        exchange((*server)->port(), "GET /a%20b?c=d HTTP/1.1\r\nHost: nas:1\r\nX-Thing: y\r\nConnection: close\r\n\r\n");
    EXPECT_NE(answer.find("X-A: 1\r\n"), std::string::npos) << answer;
    EXPECT_NE(answer.find("X-B: 2\r\n"), std::string::npos) << answer;
    (*server)->stop();
    EXPECT_EQ(seen.path, "/a%20b");
    EXPECT_EQ(seen.query, "c=d");
    EXPECT_EQ(seen.header("host"), "nas:1");
    EXPECT_EQ(seen.header("x-thing"), "y");
    EXPECT_EQ(seen.header("x-other"), std::nullopt);
    EXPECT_EQ(seen.peer, "127.0.0.1");
}

TEST_F(ServerTest, AHugeBodyIsCutOff) {
    const std::string answer = exchange(m_server->port(), "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\n" +
                                                              std::string(8U << 20U, 'x'));
    EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 413 ")) << answer.substr(0, 100);
}

TEST_F(ServerTest, ManyHeadersAreCutOff) {
    std::string request = "GET /events HTTP/1.1\r\n";
    for (int i = 0; i < 100'000; ++i) {
        request += "A: b\r\n";
    }
    EXPECT_EQ(exchange(m_server->port(), request + "\r\n").find("200 OK"), std::string::npos);
}

TEST_F(ServerTest, GarbageDoesNoHarm) {
    exchange(m_server->port(), std::string("\x16\x03\x01\x00garbage\r\n\r\n", 16));
    const std::string answer =
        exchange(m_server->port(), "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
}

TEST_F(ServerTest, ATakenPortIsUnavailable) {
    const auto second = Server::start({.address = "127.0.0.1", .port = m_server->port(), .threads = 1},
                                      [](const Request&) { return Response{}; });
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::unavailable);
}

TEST_F(ServerTest, ClosesConnectionsBeyondItsLimit) {
    auto server = Server::start({.port = 0, .threads = 2, .max_connections = 20}, [](const Request&) { return Response{}; });
    ASSERT_TRUE(server);
    std::vector<UniqueFd> open;
    std::size_t closed = 0;
    for (int i = 0; i < 100; ++i) {
        open.push_back(connect_to((*server)->port()));
        char byte = 0;
        pollfd poll{open.back().get(), POLLIN, 0};
        closed += ::poll(&poll, 1, 20) == 1 && ::recv(open.back().get(), &byte, 1, 0) <= 0 ? 1 : 0;
    }
    EXPECT_GE(closed, 80U);
    EXPECT_LT(closed, 100U);
    open.clear();
    std::string answer;
    for (int i = 0; i < 50 && answer.empty(); ++i) { // the server may see the closed ones a little later
        answer = exchange((*server)->port(), "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    }
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
}

TEST_F(ServerTest, StopsWithHundredsOfConnections) {
    std::vector<UniqueFd> open;
    for (int i = 0; i < 300; ++i) {
        open.push_back(connect_to(m_server->port()));
        const std::string_view part = i % 3 == 0   ? "GET /events HTTP/1.1\r\nHost: x\r\n\r\n"
                                      : i % 3 == 1 ? "POST /echo HTTP/1.1\r\nContent-Length: 9\r\n\r\nx"
                                                   : "GE";
        (void)::send(open.back().get(), part.data(), part.size(), MSG_NOSIGNAL);
    }
    m_server->stop();
    EXPECT_EQ(exchange(m_server->port(), "GET /events HTTP/1.1\r\n\r\n"), "no connection");
}

TEST_F(ServerTest, StopsWhileStreaming) {
    m_server->stop();
    EXPECT_EQ(exchange(m_server->port(), "GET /events HTTP/1.1\r\n\r\n"), "no connection");
}

} // namespace
} // namespace audiomuse::http
