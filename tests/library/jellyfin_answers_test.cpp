#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <library/detail/jellyfin_answers.hpp>

namespace audiomuse::library::detail {
namespace {

TEST(JellyfinAnswers, BothSpellingsOfAnIdBecomeOne) {
    EXPECT_EQ(normal_guid("01234567-89AB-cdef-0123-456789ABCDEF"), "0123456789abcdef0123456789abcdef");
    EXPECT_EQ(normal_guid("0123456789abcdef0123456789abcdef"), "0123456789abcdef0123456789abcdef");
    EXPECT_EQ(normal_guid("0123456789abcdef0123456789abcdeg"), std::nullopt);
    EXPECT_EQ(normal_guid("012345678-9AB-cdef-0123-456789ABCDEF"), std::nullopt);
    EXPECT_EQ(normal_guid("bob"), std::nullopt);
    EXPECT_EQ(normal_item_id("bob"), "bob");
    for (const char* bad : {"", "a/b", "..", "a,b", "a b", "ä"}) {
        EXPECT_EQ(normal_item_id(bad), std::nullopt) << bad;
    }
    EXPECT_EQ(normal_item_id(std::string(65, 'a')), std::nullopt);
}

TEST(JellyfinAnswers, TimesAreReadToTheMicrosecond) {
    using namespace std::chrono;
    const UtcTime day = sys_days(2026y / January / 2d);
    EXPECT_EQ(parse_jellyfin_time("2026-01-02T03:04:05.1234567Z"), day + 3h + 4min + 5s + 123'456us);
    EXPECT_EQ(parse_jellyfin_time("2026-01-02T03:04:05Z"), day + 3h + 4min + 5s);
    for (const char* bad : {"", "2026-01-02", "2026-13-02T03:04:05Z", "2026-02-30T03:04:05Z", "x026-01-02T03:04:05Z"}) {
        EXPECT_EQ(parse_jellyfin_time(bad), UtcTime{}) << bad;
    }
}

TEST(JellyfinAnswers, TextsMayBeShown) {
    const auto page = parse_songs("{\"Items\":[{\"Id\":\"x\",\"Name\":\"a\\n\\u0000b\",\"Album\":\"" + std::string(3'000, 'x') +
                                  "\"}],\"TotalRecordCount\":1}");
    ASSERT_TRUE(page);
    EXPECT_EQ(page->items.at(0).track.title, "a b");
    EXPECT_EQ(page->items.at(0).track.album.size(), 1'000U);
}

TEST(JellyfinAnswers, TheFileNameStandsInForAMissingTitle) {
    const auto page = parse_songs(R"({"Items":[{"Id":"x","Path":"/m/a/01 b.mp3"}]})");
    ASSERT_TRUE(page);
    EXPECT_EQ(page->items.at(0).track.title, "01 b.mp3");
    EXPECT_EQ(page->total, 1U);
}

TEST(JellyfinAnswers, UsersAndServersAreReadWithoutTrust) {
    EXPECT_FALSE(parse_user(R"({"Id":"bob"})"));
    EXPECT_FALSE(parse_users("{}"));
    EXPECT_EQ(parse_users(R"([1,{"Id":"x"},{"Id":"0123456789ABCDEF0123456789ABCDEF","Name":"b"}])")->size(), 1U);
    EXPECT_FALSE(parse_server_info("[]"));
    EXPECT_FALSE(parse_created(R"({"Id":"../x"})"));
    EXPECT_EQ(parse_created(R"({"Id":"0123456789ABCDEF0123456789ABCDEF"})"), "0123456789abcdef0123456789abcdef");
}

} // namespace
} // namespace audiomuse::library::detail
