#include <http/gate.hpp>

#include <gtest/gtest.h>

namespace audiomuse::http {
namespace {

constexpr const char* k_secret = "0123456789abcdef";
UtcTime g_now{std::chrono::seconds(1'700'000'000)};
UtcTime test_time() noexcept { return g_now; }

Gate open_gate() { return Gate({.allowed_hosts = {"music.example.org"}}); }

Gate::Settings with_token() {
    return {.token = Token(k_secret),
            .trusted_proxies = {Network::parse("10.0.0.0/8").value()},
            .user_header = "Remote-User",
            .open_paths = {"/api/health"},
            .now = test_time};
}

Request request(std::string method, std::vector<Header> headers, std::string peer = "192.168.0.5") {
    Request request{std::move(method), "/api/config", {}, {}};
    request.headers = std::move(headers);
    request.peer = std::move(peer);
    return request;
}

int status(const Gate& gate, const Request& request) {
    const auto refusal = gate.refusal(request);
    return refusal ? refusal->status : 200;
}

std::string header(const Response& response, std::string_view name) {
    for (const Header& header : response.headers) {
        if (header.name == name) {
            return header.value;
        }
    }
    return {};
}

TEST(Gate, without_a_token_goes_by_address_localhost_and_configured_names) {
    for (const char* host : {"127.0.0.1:8000", "localhost", "LocalHost:8000", "[::1]:8000", "192.168.0.5", "music.example.org:80",
                             "MUSIC.example.org", ""}) {
        EXPECT_EQ(status(open_gate(), request("GET", {{"Host", host}})), 200) << host;
    }
    EXPECT_EQ(status(open_gate(), request("GET", {})), 200);
    for (const char* host : {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "[::1", "music.example.org.",
                             "::1x", "evil.example:127.0.0.1"}) {
        EXPECT_EQ(status(open_gate(), request("GET", {{"Host", host}})), 421) << host;
    }
}

TEST(Gate, what_changes_something_comes_from_no_other_site) {
    const auto post = [](std::vector<Header> headers) {
        headers.push_back({"Host", "127.0.0.1:8000"});
        return status(open_gate(), request("POST", std::move(headers)));
    };
    EXPECT_EQ(post({}), 200);
    EXPECT_EQ(post({{"Origin", "http://127.0.0.1:8000"}}), 200);
    EXPECT_EQ(post({{"Sec-Fetch-Site", "same-origin"}, {"Origin", "http://127.0.0.1:8000"}}), 200);
    EXPECT_EQ(post({{"Sec-Fetch-Site", "none"}}), 200);
    for (const char* origin :
         {"http://127.0.0.1", "http://127.0.0.1:8001", "https://evil.example", "null", "", "http://localhost:8000"}) {
        EXPECT_EQ(post({{"Origin", origin}}), 403) << origin;
    }
    for (const char* site : {"cross-site", "same-site", "", "Same-Origin"}) {
        EXPECT_EQ(post({{"sec-fetch-site", site}}), 403) << site;
    }
    for (const char* method : {"PUT", "DELETE", "OPTIONS", "PATCH", "get"}) {
        EXPECT_EQ(status(open_gate(), request(method, {{"Host", "localhost"}, {"Origin", "http://evil.example"}})), 403)
            << method;
    }
    EXPECT_EQ(status(open_gate(), request("GET", {{"Host", "localhost"}, {"Origin", "http://evil.example"}})), 200);
    EXPECT_EQ(status(open_gate(), request("POST", {{"Host", "localhost"}, {"Origin", "http://localhost:80"}})), 200);
    EXPECT_EQ(status(open_gate(), request("POST", {{"Host", "localhost:443"}, {"Origin", "https://localhost"}})), 200);
}

TEST(Gate, a_token_is_asked_for_in_the_authorization_header) {
    const Gate gate(with_token());
    for (const char* value : {"Bearer 0123456789abcdef", "bearer 0123456789abcdef", "Bearer  0123456789abcdef "}) {
        EXPECT_EQ(status(gate, request("GET", {{"Authorization", value}})), 200) << value;
    }
    for (const char* value : {"", "Bearer", "Bearer ", "Bearer 0123456789abcde", "Bearer 0123456789abcdeff", "0123456789abcdef",
                              "Basic 0123456789abcdef"}) {
        EXPECT_EQ(status(gate, request("GET", {{"Authorization", value}})), 401) << value;
    }
    const auto refusal = gate.refusal(request("GET", {})).value();
    EXPECT_EQ(refusal.body, R"({"error":"Unauthorized","message":"Unauthorized","code":"unauthorized"})");
    EXPECT_EQ(header(refusal, "WWW-Authenticate"), "Bearer realm=\"audiomuse\"");
    Request health = request("GET", {});
    health.path = "/api/health";
    EXPECT_EQ(status(gate, health), 200);
    health.path = "/api/health/";
    EXPECT_EQ(status(gate, health), 401);
}

TEST(Gate, a_browser_logs_in_for_thirty_days) {
    const Gate gate(with_token());
    Request login = request("POST", {});
    login.body = R"({"token": " 0123456789abcdef "})";
    const Response response = gate.log_in(login, "/music");
    ASSERT_EQ(response.status, 200);
    const std::string cookie = header(response, "Set-Cookie");
    EXPECT_TRUE(cookie.ends_with("; Path=/music; Max-Age=2592000; HttpOnly; SameSite=Strict")) << cookie;
    EXPECT_EQ(cookie.find(k_secret), std::string::npos);
    const std::string session = cookie.substr(0, cookie.find(';'));
    EXPECT_EQ(status(gate, request("GET", {{"Cookie", "a=b; " + session + "; c"}})), 200);

    std::string forged = session;
    forged[forged.find('=') + 1] = '9'; // a later end
    EXPECT_EQ(status(gate, request("GET", {{"Cookie", forged}})), 401);
    EXPECT_EQ(status(gate, request("GET", {{"Cookie", "x" + session}})), 401);
    auto other = with_token();
    other.token.emplace("another token, 16+");
    EXPECT_EQ(status(Gate(other), request("GET", {{"Cookie", session}})), 401);

    g_now += std::chrono::hours(24 * 30);
    EXPECT_EQ(status(gate, request("GET", {{"Cookie", session}})), 401);
    g_now -= std::chrono::hours(24 * 30);
    EXPECT_NE(header(Gate::log_out("/music"), "Set-Cookie").find("Max-Age=0"), std::string::npos);
}

TEST(Gate, a_login_without_the_token_gets_no_cookie) {
    const Gate gate(with_token());
    Request login = request("POST", {});
    login.body = R"({"token": "wrong"})";
    EXPECT_EQ(gate.log_in(login, "/").status, 401);
    for (const char* body : {"", "{", "[]", "{}", R"({"token": 5})", R"("0123456789abcdef")"}) {
        login.body = body;
        const Response response = gate.log_in(login, "/");
        EXPECT_EQ(response.status, 400) << body;
        EXPECT_EQ(header(response, "Set-Cookie"), "");
    }
}

TEST(Gate, only_a_trusted_proxy_vouches_for_users) {
    const Gate gate(with_token());
    EXPECT_EQ(status(gate, request("GET", {{"Remote-User", "ada"}}, "10.1.2.3")), 200);
    EXPECT_EQ(status(gate, request("GET", {{"Remote-User", "ada"}}, "::ffff:10.1.2.3")), 200);
    EXPECT_EQ(status(gate, request("GET", {{"Remote-User", ""}}, "10.1.2.3")), 401);
    EXPECT_EQ(status(gate, request("GET", {{"Remote-User", "ada"}}, "11.1.2.3")), 401);
    EXPECT_EQ(status(gate, request("GET", {{"Remote-User", "ada"}}, "")), 401);
}

TEST(Gate, a_page_that_writes_the_headers_of_a_proxy_is_sent_away) {
    auto settings = with_token();
    settings.trusted_proxies = {Network::parse("127.0.0.1").value()}; // where the user's browser runs, too
    settings.allowed_hosts = {"music.example.org"};
    const Gate gate(settings);
    const auto get = [&](const char* host, std::vector<Header> headers) {
        headers.push_back({"Host", host});
        return status(gate, request("GET", std::move(headers), "127.0.0.1"));
    };
    EXPECT_EQ(get("evil.example:8000", {{"Remote-User", "ada"}}), 421);
    EXPECT_EQ(get("evil.example", {{"Remote-User", "ada"}, {"X-Forwarded-Host", "music.example.org"}}), 421);
    EXPECT_EQ(get("evil.example", {{"Remote-User", "ada"}, {"Authorization", "Bearer wrong"}}), 421);
    EXPECT_EQ(get("evil.example", {}), 401);
    EXPECT_EQ(get("evil.example", {{"Authorization", "Bearer 0123456789abcdef"}}), 200);
    EXPECT_EQ(get("music.example.org", {{"Remote-User", "ada"}}), 200);
    EXPECT_EQ(get("127.0.0.1:8000", {{"Remote-User", "ada"}, {"X-Forwarded-Host", "other.example"}}), 200);

    const Gate open({.allowed_hosts = {"music.example.org"}, .trusted_proxies = settings.trusted_proxies});
    EXPECT_EQ(status(open, request("GET", {{"Host", "evil.example"}, {"X-Forwarded-Host", "music.example.org"}}, "127.0.0.1")),
              421);
}

TEST(Gate, only_a_trusted_proxy_says_what_the_host_was) {
    const Gate gate({.allowed_hosts = {"music.example.org"}, .trusted_proxies = {Network::parse("127.0.0.1").value()}});
    const std::vector<Header> headers{
        {"Host", "127.0.0.1:8000"}, {"X-Forwarded-Host", "music.example.org"}, {"Origin", "https://music.example.org"}};
    EXPECT_EQ(status(gate, request("POST", headers, "127.0.0.1")), 200);
    EXPECT_EQ(status(gate, request("POST", headers, "192.168.0.5")), 403);
    EXPECT_EQ(status(gate, request("GET", {{"Host", "127.0.0.1"}, {"X-Forwarded-Host", "evil.example"}}, "127.0.0.1")), 421);
}

TEST(Network, holds_the_addresses_of_its_prefix) {
    EXPECT_TRUE(Network::parse("10.0.0.0/8").value().contains("10.255.0.1"));
    EXPECT_FALSE(Network::parse("10.0.0.0/8").value().contains("11.0.0.1"));
    EXPECT_TRUE(Network::parse("192.168.4.0/22").value().contains("192.168.7.255"));
    EXPECT_FALSE(Network::parse("192.168.4.0/22").value().contains("192.168.8.0"));
    EXPECT_TRUE(Network::parse("0.0.0.0/0").value().contains("1.2.3.4"));
    EXPECT_FALSE(Network::parse("0.0.0.0/0").value().contains("::1"));
    EXPECT_TRUE(Network::parse("fd00::/8").value().contains("fdff::1"));
    EXPECT_TRUE(Network::parse("::1").value().contains("0:0:0:0:0:0:0:1"));
    for (const char* text :
         {"", "nas", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "1.2.3", "10.0.0.0/8/8"}) {
        EXPECT_FALSE(Network::parse(text)) << text;
    }
}

TEST(Token, new_ones_are_long_and_differ) {
    const std::string token = make_token();
    EXPECT_EQ(token.size(), 64U);
    EXPECT_EQ(token.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_NE(token, make_token());
}

} // namespace
} // namespace audiomuse::http
