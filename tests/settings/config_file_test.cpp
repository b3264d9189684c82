#include <settings/detail/config_file.hpp>

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace audiomuse::settings::detail {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ConfigFileTest, EachValueKeepsItsTypeAndLine) {
    const auto values = parse_config_text("# comment\nlisten = \"[::1]:80\"\n\nclustering_runs = 1_000\nmax_distance = 0.25\n"
                                          "workers = 0x10\nlibrary = '/m'\n",
                                          "f.toml");
    ASSERT_TRUE(values) << values.error().message;
    ASSERT_EQ(values->size(), 5U);
    EXPECT_EQ(values->at("listen").kind, RawValue::Kind::text);
    EXPECT_EQ(values->at("listen").text, "[::1]:80");
    EXPECT_EQ(values->at("listen").origin.to_text(), "f.toml:2");
    EXPECT_EQ(values->at("clustering_runs").kind, RawValue::Kind::integer);
    EXPECT_EQ(values->at("clustering_runs").text, "1000");
    EXPECT_EQ(values->at("clustering_runs").origin.to_text(), "f.toml:4");
    EXPECT_EQ(values->at("max_distance").kind, RawValue::Kind::number);
    EXPECT_EQ(values->at("max_distance").text, "0.25");
    EXPECT_EQ(values->at("workers").text, "16");
    EXPECT_EQ(values->at("library").text, "/m");
}

TEST(ConfigFileTest, TypesThatNoSettingHasAreNamed) {
    const auto values = parse_config_text("a = true\nb = [1]\nc = 2020-01-01\n[d]\ne = 1\n", "f.toml");
    ASSERT_TRUE(values);
    EXPECT_EQ(values->at("a").kind, RawValue::Kind::boolean);
    EXPECT_EQ(values->at("b").text, "an array");
    EXPECT_EQ(values->at("c").text, "a date or time");
    EXPECT_EQ(values->at("d").text, "a table");
    EXPECT_EQ(values->at("d").kind, RawValue::Kind::other);
}

TEST(ConfigFileTest, ASyntaxErrorNamesTheLineAndRepeatsNothing) {
    const auto values = parse_config_text("workers = 1\napi_token = hunter2secret\n", "f.toml");
    ASSERT_FALSE(values);
    EXPECT_EQ(values.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(values.error().message, HasSubstr("f.toml:2: this is not valid TOML"));
    EXPECT_THAT(values.error().message, Not(HasSubstr("hunter")));
}

TEST(ConfigFileTest, AKeyGivenTwiceIsAnError) {
    const auto values = parse_config_text("workers = 1\nlisten = 'a:1'\nworkers = 2\n", "f.toml");
    ASSERT_FALSE(values);
    EXPECT_THAT(values.error().message, HasSubstr("f.toml:3"));
}

TEST(ConfigFileTest, HostileTextIsRefused) {
    EXPECT_FALSE(parse_config_text("a = \"\xFF\xFE\"", "f"));
    EXPECT_FALSE(parse_config_text(std::string("a = 1\0", 6), "f"));
    EXPECT_FALSE(parse_config_text("a = " + std::string(100'000, '['), "f"));
    EXPECT_FALSE(parse_config_text("a = 99999999999999999999", "f"));
}

TEST(ConfigFileTest, AnEmptyFileIsNoError) {
    EXPECT_TRUE(parse_config_text("", "f")->empty());
    EXPECT_TRUE(parse_config_text("\xEF\xBB\xBF# only a byte order mark\n", "f")->empty());
}

} // namespace
} // namespace audiomuse::settings::detail
