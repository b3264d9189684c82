#include "fixture.hpp"

namespace audiomuse::net {
namespace {

using test::LoopbackServer;
using test::reply;
using test::ServedConnection;
using test::ServedRequest;
using testing::HasSubstr;
using testing::Not;

/// Redirects `/from` by this status to this place; answers everything else.
LoopbackServer::Handler redirects(int status, std::string location) {
    return [=](const ServedRequest& request, ServedConnection& connection) {
        connection.send(request.path() == "/from" ? reply(status, "moved", {"Location: " + location}) : reply(200, "here"));
    };
}

TEST(Redirect, IsFollowedOnTheSameServerWithItsCredentials) {
    for (const int status : {301, 302, 303, 307, 308}) {
        LoopbackServer server(redirects(status, "/to?token=2"));
        Request request = get(server.address("/from?token=1"));
        request.headers = {{"Authorization", "x"}};
        const auto response = HttpClient(fast_settings()).fetch(request, k_page_limit, {});
        ASSERT_TRUE(response) << message_of(response);
        EXPECT_EQ(response->body, "here");
        EXPECT_EQ(server.requests().at(1).target, "/to?token=2");
        EXPECT_EQ(server.requests().at(1).header("authorization"), "x");
        EXPECT_EQ(server.connections(), 1);
    }
}

TEST(Redirect, ToAnotherServerIsRefused) {
    LoopbackServer other(redirects(200, ""));
    for (const std::string& location : {std::string("http://elsewhere.example/x?token=hunter2"), other.address("/x"),
                                        std::string("//elsewhere.example/x"), std::string("https://elsewhere.example/")}) {
        LoopbackServer server(redirects(302, location));
        const auto response = HttpClient(fast_settings()).fetch(get(server.address("/from")), k_page_limit, {});
        EXPECT_EQ(kind_of(response), FailureKind::redirect_refused) << location;
        EXPECT_EQ(response.error().status, 302);
        EXPECT_THAT(message_of(response), Not(HasSubstr("hunter2")));
        EXPECT_THAT(message_of(response), testing::AnyOf(HasSubstr("elsewhere.example:80,"), HasSubstr(other.address() + ","),
                                                         HasSubstr("elsewhere.example:443,")));
        EXPECT_EQ(server.requests().size(), 1U);
    }
    EXPECT_EQ(other.connections(), 0);
}

TEST(Redirect, ToAnythingButHttpIsRefused) {
    for (const char* location :
         {"file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "http://ada:hunter2@127.0.0.1/", ""}) {
        LoopbackServer server(redirects(301, location));
        TestSink sink;
        const auto outcome = HttpClient(fast_settings()).download(get(server.address("/from")), sink, {});
        EXPECT_EQ(kind_of(outcome), FailureKind::redirect_refused) << location;
        EXPECT_THAT(message_of(outcome), Not(HasSubstr("hunter2")));
        EXPECT_EQ(sink.content, "");
    }
}

TEST(Redirect, UpgradesToTlsOfTheSameHost) {
    LoopbackServer not_tls([](const ServedRequest&, ServedConnection&) {});
    LoopbackServer server(redirects(308, "https://127.0.0.1:" + std::to_string(not_tls.port()) + "/"));
    ClientSettings settings = one_attempt();
    settings.answer_timeout = std::chrono::milliseconds(300);
    // The follower arrives; that nobody speaks TLS there is another matter.
    EXPECT_NE(kind_of(HttpClient(settings).fetch(get(server.address("/from")), k_page_limit, {})), FailureKind::redirect_refused);
    EXPECT_EQ(not_tls.connections(), 1);
}

TEST(Redirect, AnEndlessChainEnds) {
    LoopbackServer server([](const ServedRequest& request, ServedConnection& connection) {
        connection.send(reply(302, std::string(100'000, 'x'), {"Location: " + request.path() + "x"}));
    });
    const auto response = HttpClient(fast_settings()).fetch(get(server.address("/")), k_page_limit, {});
    EXPECT_EQ(kind_of(response), FailureKind::redirect_refused);
    EXPECT_THAT(message_of(response), HasSubstr("more than 5 times"));
    EXPECT_EQ(server.requests().size(), 6U);
}

TEST(Redirect, KeepsMethodAndBodyOrIsRefused) {
    for (const int status : {301, 307, 308}) {
        LoopbackServer server(redirects(status, "/to"));
        Request request = get(server.address("/from"));
        request.method = Method::post;
        request.body = Body{"text/plain", "content"};
        ASSERT_TRUE(HttpClient(fast_settings()).fetch(request, k_page_limit, {}));
        EXPECT_EQ(server.requests().at(1).method, "POST");
        EXPECT_EQ(server.requests().at(1).body, "content");
    }
    for (const int status : {302, 303}) {
        LoopbackServer server(redirects(status, "/to"));
        Request request = get(server.address("/from"));
        request.method = Method::del;
        EXPECT_EQ(kind_of(HttpClient(fast_settings()).fetch(request, k_page_limit, {})), FailureKind::redirect_refused);
    }
}

} // namespace
} // namespace audiomuse::net
