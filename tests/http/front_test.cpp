#include <http/front.hpp>

#include <stdexcept>

#include <gtest/gtest.h>

namespace audiomuse::http {
namespace {

Router routes() {
    Router router;
    router.add("GET", "/", [](const Request&, const std::string&) { return Response{.body = "page"}; });
    router.add("GET", "/api/x", [](const Request&, const std::string&) { return Response{.body = "x"}; });
    router.add("POST", "/echo", [](const Request& request, const std::string&) { return Response{.body = request.body}; });
    router.add("GET", "/boom", [](const Request&, const std::string&) -> Response { throw std::runtime_error("secret"); });
    router.add("GET", "/events", [](const Request&, const std::string&) {
        Response response;
        response.events = [] { return std::optional<std::string>(""); };
        return response;
    });
    return router;
}

Request get(std::string path) { return {"GET", std::move(path), {}, {}}; }

bool has(const Response& response, std::string_view name, std::string_view value) {
    for (const Header& header : response.headers) {
        if (header.name == name) {
            return header.value == value;
        }
    }
    return false;
}

TEST(Front, every_answer_protects_browsers) {
    const Front front({}, routes());
    for (const char* path : {"/", "/api/x", "/nothing", "/boom"}) {
        const Response response = front.answer(get(path));
        EXPECT_TRUE(has(response, "X-Content-Type-Options", "nosniff")) << path;
        EXPECT_TRUE(has(response, "X-Frame-Options", "DENY")) << path;
        EXPECT_TRUE(has(response, "Cache-Control", "no-store")) << path;
        EXPECT_FALSE(has(response, "Access-Control-Allow-Origin", "*")) << path;
    }
}

TEST(Front, what_a_handler_throws_is_500_and_stays_inside) {
    const Response response = Front({}, routes()).answer(get("/boom"));
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(response.body.find("secret"), std::string::npos);
}

TEST(Front, a_large_body_is_413) {
    const Front front({.max_body_bytes = 4}, routes());
    EXPECT_EQ(front.answer({"POST", "/echo", {}, "1234"}).body, "1234");
    EXPECT_EQ(front.answer({"POST", "/echo", {}, "12345"}).status, 413);
}

TEST(Front, shows_the_same_below_the_base_path) {
    const Front front({.base_path = "/music"}, routes());
    EXPECT_EQ(front.answer(get("/music/")).body, "page");
    EXPECT_EQ(front.answer(get("/music/api/x")).body, "x");
    EXPECT_EQ(front.answer(get("/api/x")).body, "x") << "for proxies that take the path away";
    const Response bare = front.answer(get("/music"));
    EXPECT_EQ(bare.status, 308);
    EXPECT_TRUE(has(bare, "Location", "/music/"));
    EXPECT_EQ(front.answer(get("/musical/api/x")).status, 404);
}

TEST(Front, the_page_and_health_are_open_and_nothing_else_is) {
    Front::Settings settings;
    settings.gate.token.emplace("0123456789abcdef");
    const Front front(settings, routes());
    EXPECT_EQ(front.answer(get("/")).status, 200);
    for (const char* path : {"/api/x", "/events", "/nothing", "//", "/%2e", "/api/health/../x", ""}) {
        EXPECT_EQ(front.answer(get(path)).status, 401) << path;
    }
    EXPECT_EQ(front.answer({"POST", "/api/login", {}, R"({"token":"0123456789abcdef"})"}).status, 200);
    EXPECT_EQ(front.answer({"POST", "/api/login", {}, R"({"token":"no"})"}).status, 401);
    EXPECT_EQ(front.answer(get("/api/login")).status, 405);
}

TEST(Front, only_so_many_event_streams_are_open_at_once) {
    const Front front({.max_event_streams = 2}, routes());
    const Response first = front.answer(get("/events"));
    {
        const Response second = front.answer(get("/events"));
        EXPECT_TRUE(second.events);
        const Response third = front.answer(get("/events"));
        EXPECT_EQ(third.status, 429);
        EXPECT_TRUE(has(third, "Retry-After", "5"));
    }
    EXPECT_EQ(front.answer(get("/events")).status, 200) << "the second has ended";
    EXPECT_EQ(front.answer({"HEAD", "/events", {}, {}}).status, 200) << "takes no place for long";
    EXPECT_EQ(front.answer(get("/events")).status, 200);
}

} // namespace
} // namespace audiomuse::http
