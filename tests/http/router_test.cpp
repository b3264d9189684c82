#include <http/router.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace audiomuse::http {
namespace {

class RouterTest : public testing::Test {
  protected:
    RouterTest() {
        m_router.add("GET", "/plain", [](const Request&, const std::string&) { return Response{.body = "plain"}; });
        m_router.add("POST", "/plain", [](const Request&, const std::string&) { return Response{.body = "posted"}; });
        m_router.add("GET", "/items/{}", [](const Request&, const std::string& id) { return Response{.body = "item " + id}; });
        m_router.add("GET", "/items/{}/log", [](const Request&, const std::string& id) { return Response{.body = "log " + id}; });
    }
    Response get(std::string path) { return m_router.route({"GET", std::move(path), "", ""}); }
    Router m_router;
};

TEST_F(RouterTest, FindsHandlersAndDecodesTheParameter) {
    EXPECT_EQ(get("/plain").body, "plain");
    EXPECT_EQ(get("/items/a%2Fb%20c").body, "item a/b c");
    EXPECT_EQ(get("/items/7/log").body, "log 7");
}

TEST_F(RouterTest, HeadIsGetWithoutABody) {
    const Response response = m_router.route({"HEAD", "/plain", "", ""});
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(response.head_of, std::string("plain").size());
    for (const char* path : {"/nowhere", "/items/%zz"}) {
        const Response error = m_router.route({"HEAD", path, "", ""});
        EXPECT_GE(error.status, 400);
        EXPECT_EQ(error.body, "") << path;
    }
}

TEST_F(RouterTest, AnUnknownPathIs404) {
    for (const char* path : {"/", "", "/items/", "/items", "/plain/", "/items/1/2", "//plain", "/items//log"}) {
        const Response response = get(path);
        EXPECT_EQ(response.status, 404) << path;
        EXPECT_EQ(nlohmann::json::parse(response.body)["code"], "not_found") << path;
    }
}

TEST_F(RouterTest, AnUnknownMethodIs405AndListsTheOthers) {
    const Response response = m_router.route({"DELETE", "/plain", "", ""});
    EXPECT_EQ(response.status, 405);
    ASSERT_EQ(response.headers.size(), 1U);
    EXPECT_EQ(response.headers[0].name, "Allow");
    EXPECT_EQ(response.headers[0].value, "GET, POST");
    EXPECT_EQ(nlohmann::json::parse(response.body)["code"], "method_not_allowed");
}

TEST_F(RouterTest, AMalformedEscapeIs400) { EXPECT_EQ(get("/items/%zz").status, 400); }

} // namespace
} // namespace audiomuse::http
