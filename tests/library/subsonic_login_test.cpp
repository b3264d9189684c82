#include <gtest/gtest.h>

#include <library/detail/subsonic_client.hpp>

#include "subsonic_fixture.hpp"

namespace audiomuse::library::detail {
namespace {

using test::reply;
using test::ServedRequest;
using test::SubsonicProfile;
using test::SubsonicWorld;

SubsonicSession session_of(SubsonicWorld& world, SubsonicAccess access) {
    SubsonicClient client(std::move(access), world.http);
    const auto session = client.session({});
    EXPECT_TRUE(session) << session.error().message;
    return session.value_or(SubsonicSession{});
}

Error error_of(SubsonicWorld& world, SubsonicAccess access) {
    SubsonicClient client(std::move(access), world.http);
    const auto session = client.session({});
    EXPECT_FALSE(session);
    return session ? Error{} : session.error();
}

TEST(SubsonicLogin, TheBestWayThatEachServerKnows) {
    using Login = SubsonicSession::Login;
    const auto check = [](SubsonicProfile profile, Login login, bool form_post) {
        SubsonicWorld world(profile);
        const auto session = session_of(world, world.access());
        EXPECT_EQ(session.login, login) << profile.type;
        EXPECT_EQ(session.form_post, form_post) << profile.type;
    };
    check(test::navidrome_profile(), Login::token, true);
    check(test::gonic_profile(), Login::token, true);
    check(test::supysonic_profile(), Login::password, true);
    check(test::smolsonic_profile(), Login::token, false);
}

TEST(SubsonicLogin, AnApiKeyIsTriedFirstAndThePasswordWhereItKnowsNone) {
    SubsonicProfile profile = test::navidrome_profile();
    SubsonicWorld without(profile);
    SubsonicAccess access = without.access();
    access.api_key = "key-5";
    EXPECT_EQ(session_of(without, access).login, SubsonicSession::Login::token);
    access.user.clear();
    EXPECT_EQ(error_of(without, access).code, ErrorCode::unauthorized);

    profile.api_key = "key-5";
    SubsonicWorld with(profile);
    access = with.access();
    access.api_key = "key-5";
    EXPECT_EQ(session_of(with, access).login, SubsonicSession::Login::api_key);
    access.api_key = "key-6";
    const Error error = error_of(with, access);
    EXPECT_EQ(error.code, ErrorCode::unauthorized) << "a wrong key is not passed over";
    EXPECT_EQ(error.message.find("key-6"), std::string::npos);
}

TEST(SubsonicLogin, AWrongPasswordIsNamedAndNeverShown) {
    for (const auto& profile :
         {test::navidrome_profile(), test::gonic_profile(), test::supysonic_profile(), test::smolsonic_profile()}) {
        SubsonicWorld world(profile);
        SubsonicAccess access = world.access();
        access.password = "open-barley";
        const Error error = error_of(world, access);
        EXPECT_EQ(error.code, ErrorCode::unauthorized);
        EXPECT_NE(error.message.find("the password of \"bob\""), std::string::npos) << error.message;
        EXPECT_EQ(error.message.find("open-barley"), std::string::npos);
        EXPECT_EQ(error.message.find("sesame"), std::string::npos) << "nor what the server says";
    }
}

TEST(SubsonicLogin, ThePasswordItselfIsSentOnlyWhereNoTokenIsTaken) {
    SubsonicWorld world(test::navidrome_profile());
    SubsonicAccess access = world.access();
    access.password = "wrong";
    static_cast<void>(error_of(world, access));
    for (const ServedRequest& request : world.fake.requests()) {
        EXPECT_EQ((request.target + request.body).find("enc%3A"), std::string::npos);
    }
}

TEST(SubsonicLogin, CredentialsStayOutOfTheAddressWhereFormsAreRead) {
    SubsonicWorld world(test::supysonic_profile());
    SubsonicClient client(world.access(), world.http);
    ASSERT_TRUE(client.session({}));
    ASSERT_TRUE(client.call("getPlaylists", {}, Effect::reads, {}));
    EXPECT_EQ(world.fake.requests().back().target, "/music/rest/getPlaylists.view");
}

TEST(SubsonicLogin, WhatIsNoSubsonicServerIsSaid) {
    SubsonicWorld world;
    const auto check = [&](const std::string& answer, ErrorCode code) {
        world.fake.intercept([&](const auto&, const auto&) { return answer; });
        const Error error = error_of(world, world.access());
        EXPECT_EQ(error.code, code) << answer;
        EXPECT_FALSE(error.message.empty());
        EXPECT_EQ(error.message.find("sesame"), std::string::npos);
    };
    check(reply(200, "<html>Welcome</html>", {"Content-Type: text/html"}), ErrorCode::damaged);
    check(reply(200, std::string(50, '[') + std::string(50, ']')), ErrorCode::damaged);
    check(reply(200, "{\"subsonic-response\": \"\xFF\"}"), ErrorCode::damaged);
    check(reply(401, "no"), ErrorCode::unauthorized);
    check(reply(403, "no"), ErrorCode::unauthorized);
    check(reply(404, "no"), ErrorCode::not_found);
    check(reply(500, "no"), ErrorCode::unavailable);
    check("HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{", ErrorCode::damaged);
}

TEST(SubsonicLogin, AnOlderServerIsSpokenToInItsProtocol) {
    SubsonicWorld world;
    world.fake.intercept([](const std::string&, const auto& parameters) -> std::optional<std::string> {
        if (parameters.find("v")->second != "1.14.0") {
            return reply(200, R"({"subsonic-response": {"status": "failed", "version": "1.14.0", "error": {"code": 30}}})");
        }
        return std::nullopt;
    });
    EXPECT_EQ(session_of(world, world.access()).sent_version, "1.14.0");
}

} // namespace
} // namespace audiomuse::library::detail
