#include <http/message.hpp>

#include <gtest/gtest.h>

namespace audiomuse::http {
namespace {

TEST(PercentDecode, DecodesUtf8AndKeepsPlus) {
    EXPECT_EQ(percent_decode("a%20b%C3%A9+c"), "a b\xC3\xA9+c");
    EXPECT_EQ(percent_decode(""), "");
}

TEST(PercentDecode, RefusesMalformedEscapes) {
    for (const char* text : {"%", "%4", "%zz", "a%", "%+1", "% 1", "%-1"}) {
        EXPECT_EQ(percent_decode(text), std::nullopt) << text;
    }
}

TEST(ParseQuery, KeepsTheFirstOfRepeatedNames) {
    const auto parameters = parse_query("a=1&b&a=2&=x&c=%zz&d=1%3D2");
    EXPECT_EQ(parameters, (std::map<std::string, std::string>{{"a", "1"}, {"b", ""}, {"d", "1=2"}}));
}

} // namespace
} // namespace audiomuse::http
