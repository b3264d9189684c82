#include <app/named_server.hpp>

#include <gtest/gtest.h>

#include <app/analyse_library.hpp>

namespace audiomuse::app {
namespace {

/// Addresses are the same but for a question and a slash at the end.
Result<ServerAddress> address(const std::string& url) {
    if (!url.starts_with("http")) {
        return fail(ErrorCode::invalid_argument, "An address must begin with http:// or https://.");
    }
    const std::string asked = url.substr(0, url.find('?'));
    const std::string text = asked.substr(0, asked.find_last_not_of('/') + 1);
    return ServerAddress{text, text.substr(7, text.find(':', 7) - 7)};
}

const ConfiguredServer k_jellyfin{"jellyfin", "http://nas:8096", "ada", true, {}, address};

AnalysisRequest request(std::optional<std::string> url, std::optional<std::string> user, std::optional<std::string> token) {
    AnalysisRequest request;
    request.jellyfin_url = std::move(url);
    request.jellyfin_user_id = std::move(user);
    request.jellyfin_token = std::move(token);
    return request;
}

TEST(NamedServer, is_nothing_where_the_fields_repeat_what_is_configured) {
    for (const AnalysisRequest& same : {request({}, {}, {}), request("", "", ""), request("http://nas:8096/", "ada", "********"),
                                        request({}, {}, "********")}) {
        const auto named = named_server(same, k_jellyfin);
        ASSERT_TRUE(named);
        EXPECT_EQ(*named, std::nullopt);
    }
}

TEST(NamedServer, another_server_needs_a_token_of_its_own) {
    for (const auto& token :
         {std::optional<std::string>(), std::optional<std::string>(""), std::optional<std::string>("********")}) {
        const auto named = named_server(request("http://other:8096", "bob", token), k_jellyfin);
        ASSERT_FALSE(named);
        EXPECT_EQ(named.error().code, ErrorCode::invalid_argument);
        EXPECT_EQ(named.error().field, "jellyfin_url");
    }
    EXPECT_EQ(named_server(request("http://other:8096", "bob", "t"), k_jellyfin).value(),
              (NamedServer{"http://other:8096", "bob", "t"}));
}

TEST(NamedServer, another_user_or_token_of_the_configured_server_is_taken) {
    EXPECT_EQ(named_server(request({}, "bob", {}), k_jellyfin).value(), (NamedServer{"http://nas:8096", "bob", ""}));
    EXPECT_EQ(named_server(request("http://nas:8096", {}, "t"), k_jellyfin).value(), (NamedServer{"http://nas:8096", "", "t"}));
}

TEST(NamedServer, what_is_no_web_address_is_refused) {
    const auto named = named_server(request("file:///etc/passwd", {}, "t"), k_jellyfin);
    ASSERT_FALSE(named);
    EXPECT_EQ(named.error().field, "jellyfin_url");
}

TEST(NamedServer, what_follows_a_question_mark_is_not_kept) {
    EXPECT_EQ(named_server(request("http://other:8096/?api_key=hunter2", "bob", "t"), k_jellyfin).value(),
              (NamedServer{"http://other:8096", "bob", "t"}));
}

TEST(NamedServer, another_server_is_on_an_allowed_host) {
    ConfiguredServer careful = k_jellyfin;
    careful.allowed_hosts = {"friend"};
    EXPECT_TRUE(named_server(request("http://friend:8096", {}, "t"), careful));
    EXPECT_TRUE(named_server(request("http://nas:8096", {}, "t"), careful)) << "the configured one always is";
    const auto named = named_server(request("http://169.254.169.254/", {}, "t"), careful);
    ASSERT_FALSE(named);
    EXPECT_EQ(named.error().field, "jellyfin_url");
}

TEST(NamedServer, only_a_server_that_uses_jellyfin_takes_one) {
    const ConfiguredServer folder{"local", "", "", false, {}, address};
    EXPECT_EQ(named_server(request({}, "bob", "t"), folder).value(), std::nullopt);
    const auto named = named_server(request("http://nas:8096", {}, {}), folder);
    ASSERT_FALSE(named);
    EXPECT_EQ(named.error().field, "jellyfin_url");
}

TEST(NamedServer, comes_back_from_the_params_of_its_task) {
    AnalysisParams params;
    params.server = NamedServer{"http://other:8096", "bob", "t"};
    EXPECT_EQ(parse_analysis_params(to_json(params)).value().server, params.server);
    EXPECT_EQ(parse_analysis_params(to_json(AnalysisParams{})).value().server, std::nullopt);
    EXPECT_NE(to_json(params).find(R"("jellyfin_token":"t")"), std::string::npos); // the key that the task store deletes
}

} // namespace
} // namespace audiomuse::app
