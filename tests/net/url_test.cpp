#include <net/url.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace audiomuse::net {
namespace {

using testing::HasSubstr;
using testing::Not;

Url url(std::string_view text) {
    const auto parsed = Url::parse(text);
    EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().message);
    return parsed.value();
}

TEST(Url, IsTakenApart) {
    const Url address = url("HTTPS://Music.Example.COM/navidrome/rest?u=ada&t=1#top");
    EXPECT_EQ(address.scheme(), "https");
    EXPECT_EQ(address.host(), "music.example.com");
    EXPECT_EQ(address.port(), 443);
    EXPECT_EQ(address.path(), "/navidrome/rest");
    EXPECT_TRUE(address.has_query());
    EXPECT_EQ(address.origin(), "https://music.example.com:443");
    EXPECT_EQ(address.shown(), "https://music.example.com:443/navidrome/rest");
    EXPECT_EQ(address.reveal(), "https://music.example.com:443/navidrome/rest?u=ada&t=1");
}

TEST(Url, KnowsHostsOfEveryKind) {
    EXPECT_EQ(url("http://nas").reveal(), "http://nas:80/");
    EXPECT_EQ(url("http://[FE80::1%25eth0]:8096/").origin(), "http://[fe80::1%25eth0]:8096");
    EXPECT_EQ(url("http://[::1]:4533").host(), "[::1]");
    EXPECT_EQ(url("http://müsik.example/ä b?q=ö").reveal(), "http://müsik.example:80/%c3%a4%20b?q=%c3%b6");
}

TEST(Url, RefusesWhatIsNoPlainHttpAddress) {
    for (const char* text :
         {"", "nas:8096", "nas", "ftp://nas/", "file:///etc/passwd", "javascript:alert(1)", "http://", "http://nas:0/",
          "http://nas:99999/", "http://na s/", "http://nas/\r\nX: y", "http://\x80/", "unix:/run/x", "http://ada@nas/",
          "http://ada:hunter2@nas/", "http://:hunter2@nas/", "http://@nas/", "http://1%2e2/"}) {
        const auto parsed = Url::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, ErrorCode::invalid_argument);
        EXPECT_THAT(parsed.error().message, Not(HasSubstr("hunter2")));
    }
    EXPECT_FALSE(Url::parse(std::string("http://nas/\0x", 13)));
    EXPECT_FALSE(Url::parse("http://nas/" + std::string(70'000, 'x')));
    EXPECT_THAT(Url::parse("nas:8096").error().message, HasSubstr("begin with http:// or https://"));
    EXPECT_THAT(Url::parse("http://ada:hunter2@nas/").error().message, HasSubstr("password"));
}

TEST(Url, JoinsSegmentsThatStayWhereTheyAre) {
    const Url base = url("http://nas:8096/music/?old=1");
    EXPECT_EQ(base.join({"Items", "a/b c", "Download"}).reveal(), "http://nas:8096/music/Items/a%2Fb%20c/Download");
    EXPECT_EQ(base.join({"..", ".", "x?y#z"}).reveal(), "http://nas:8096/music/%2E%2E/%2E/x%3Fy%23z");
    EXPECT_EQ(base.join_path("System/Info").reveal(), "http://nas:8096/music/System/Info");
    EXPECT_EQ(url("http://nas").join_path("/rest/ping.view").reveal(), "http://nas:80/rest/ping.view");
}

TEST(Url, CarriesParameters) {
    const Parameters parameters{{"u", "Jörg & Co"}, {"songId", "1"}, {"songId", "2"}, {"empty", ""}};
    EXPECT_EQ(url("http://nas/rest?x=y").with_query(parameters).reveal(),
              "http://nas:80/rest?u=J%C3%B6rg%20%26%20Co&songId=1&songId=2&empty=");
    EXPECT_EQ(form_encode(parameters), "u=J%C3%B6rg%20%26%20Co&songId=1&songId=2&empty=");
    EXPECT_EQ(percent_encode("aZ09-._~+ %"), "aZ09-._~%2B%20%25");
    EXPECT_EQ(percent_encode(std::string("\0\xFF", 2)), "%00%FF");
}

TEST(Url, ResolvesRedirects) {
    const Url from = url("http://nas:8096/music/list?token=1");
    EXPECT_EQ(from.resolve("/other?x=1")->reveal(), "http://nas:8096/other?x=1");
    EXPECT_EQ(from.resolve("sibling")->reveal(), "http://nas:8096/music/sibling");
    EXPECT_EQ(from.resolve("../../../up")->reveal(), "http://nas:8096/up");
    EXPECT_EQ(from.resolve("//elsewhere/x")->origin(), "http://elsewhere:80");
    EXPECT_EQ(from.resolve("https://nas/music")->origin(), "https://nas:443");
    EXPECT_FALSE(from.resolve("file:///etc/passwd"));
    EXPECT_FALSE(from.resolve("http://ada:hunter2@nas/"));
    EXPECT_FALSE(from.resolve("/x\r\ny"));
}

} // namespace
} // namespace audiomuse::net
