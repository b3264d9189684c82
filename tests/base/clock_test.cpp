#include <base/clock.hpp>

#include <gtest/gtest.h>

namespace audiomuse {
namespace {

TEST(Clock, FormatsUtcWithMicrosecondsAndWithoutAZone) {
    const UtcTime time{std::chrono::microseconds{1'698'401'130'123'456}};
    EXPECT_EQ(format_utc(time), "2023-10-27T10:05:30.123456");
}

TEST(Clock, PadsMicroseconds) {
    const UtcTime time{std::chrono::microseconds{1'698'401'130'000'007}};
    EXPECT_EQ(format_utc(time), "2023-10-27T10:05:30.000007");
}

} // namespace
} // namespace audiomuse
