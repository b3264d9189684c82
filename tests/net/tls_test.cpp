#include <csignal>
#include <fstream>
#include <memory>

#include <support/temporary_folder.hpp>
#include <support/tls_server.hpp>

#include "fixture.hpp"

namespace audiomuse::net {
namespace {

using test::LoopbackServer;
using test::ServedConnection;
using test::ServedRequest;
using testing::HasSubstr;

class Tls : public testing::Test {
  protected:
    void SetUp() override {
        std::signal(SIGPIPE, SIG_IGN);
        serve("page", test::reply(200, "hello"));
    }
    void serve(const char* name, std::string_view answer) { std::ofstream(m_folder / name) << answer; }

    Outcome<Response> fetch(const std::filesystem::path& ca_file, const std::string& host = "127.0.0.1",
                            const std::string& path = "/page") {
        ClientSettings settings = one_attempt();
        settings.ca_file = ca_file;
        m_address = "https://" + host + ":" + std::to_string(m_server.port());
        return HttpClient(settings).fetch(get(m_address + path), k_page_limit, {});
    }

    TemporaryFolder m_folder;
    test::SelfSigned m_identity{m_folder.path(), "IP:127.0.0.1"};
    test::TlsServer m_server{m_identity, m_folder.path()};
    std::string m_address;
};

TEST_F(Tls, ASelfSignedCertificateIsRefusedUnlessItsFileIsNamed) {
    const auto refused = fetch({});
    EXPECT_EQ(kind_of(refused), FailureKind::untrusted_certificate);
    EXPECT_EQ(refused.error().error.code, ErrorCode::unavailable);
    EXPECT_EQ(message_of(refused),
              "The TLS certificate of " + m_address +
                  " is not trusted: self-signed certificate. If it is yours, name its CA file in the settings.");
    const auto trusted = fetch(m_identity.certificate);
    ASSERT_TRUE(trusted) << message_of(trusted);
    EXPECT_EQ(trusted->status, 200);
    EXPECT_EQ(trusted->body, "hello");
}

TEST_F(Tls, ARedirectToPlainHttpIsRefused) {
    serve("down", test::reply(302, "", {"Location: http://127.0.0.1:" + std::to_string(m_server.port()) + "/page"}));
    const auto refused = fetch(m_identity.certificate, "127.0.0.1", "/down");
    EXPECT_EQ(kind_of(refused), FailureKind::redirect_refused);
    serve("around", test::reply(302, "", {"Location: /page"}));
    EXPECT_TRUE(fetch(m_identity.certificate, "127.0.0.1", "/around"));
}

TEST_F(Tls, WhatIsCutOffOrTooLongIsNoAnswer) {
    serve("short", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello");
    EXPECT_EQ(kind_of(fetch(m_identity.certificate, "127.0.0.1", "/short")), FailureKind::cut_off);
    serve("long", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhello");
    EXPECT_EQ(kind_of(fetch(m_identity.certificate, "127.0.0.1", "/long")), FailureKind::longer_than_announced);
}

TEST_F(Tls, ACertificateOfAnotherNameIsRefused) {
    const auto refused = fetch(m_identity.certificate, "localhost");
    EXPECT_EQ(kind_of(refused), FailureKind::untrusted_certificate);
    EXPECT_THAT(message_of(refused), HasSubstr("matches target host name 'localhost'."));
}

TEST_F(Tls, ACaFileThatIsNoneIsNamed) {
    std::ofstream(m_folder / "empty.pem") << "nothing";
    for (const char* name : {"empty.pem", "missing.pem"}) {
        const auto refused = fetch(m_folder / name);
        EXPECT_EQ(kind_of(refused), FailureKind::invalid_request);
        EXPECT_THAT(message_of(refused), HasSubstr(name));
    }
}

TEST_F(Tls, PlainHttpBehindAnHttpsAddress) {
    LoopbackServer plain([](const ServedRequest&, ServedConnection&) {},
                         [](ServedConnection& connection) { connection.send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
    const std::string address = "https://127.0.0.1:" + std::to_string(plain.port());
    const auto response = HttpClient(fast_settings()).fetch(get(address), k_page_limit, {});
    EXPECT_EQ(kind_of(response), FailureKind::tls_failed);
    EXPECT_EQ(message_of(response), "TLS with " + address + " failed: wrong version number. Perhaps plain http is spoken there.");
    EXPECT_EQ(plain.connections(), 1);
}

TEST_F(Tls, AHandshakeThatStandsStillEnds) {
    LoopbackServer mute([](const ServedRequest&, ServedConnection&) {},
                        [](ServedConnection& connection) { static_cast<void>(connection.wait_until_closed()); });
    ClientSettings settings = fast_settings();
    settings.connect_timeout = std::chrono::milliseconds(150);
    const std::string address = "https://127.0.0.1:" + std::to_string(mute.port());
    const auto response = HttpClient(settings).fetch(get(address), k_page_limit, {});
    EXPECT_EQ(kind_of(response), FailureKind::timed_out);
    EXPECT_EQ(message_of(response), address + " did not take a connection within 0.15 s. It was tried 2 times.");
}

TEST_F(Tls, AConnectionThatBreaksInTheHandshakeIsTriedAgain) {
    LoopbackServer closing([](const ServedRequest&, ServedConnection&) {},
                           [](ServedConnection& connection) { connection.close(); });
    const auto response =
        HttpClient(fast_settings()).fetch(get("https://127.0.0.1:" + std::to_string(closing.port())), k_page_limit, {});
    EXPECT_EQ(kind_of(response), FailureKind::connection_lost);
    EXPECT_EQ(closing.connections(), 4);
}

} // namespace
} // namespace audiomuse::net
