#include <gtest/gtest.h>

#include <audio/detail/verdict.hpp>

namespace audiomuse::audio::detail {
namespace {

TEST(VerdictTest, a_file_that_gave_what_it_announced_is_whole) {
    EXPECT_EQ(judge({.decoded_s = 200, .announced_s = 200, .good_packets = 8'000}), Verdict::whole);
    EXPECT_EQ(judge({.decoded_s = 200, .announced_s = std::nullopt, .good_packets = 8'000}), Verdict::whole);
    EXPECT_EQ(judge({.decoded_s = 250, .announced_s = 200, .good_packets = 8'000}), Verdict::whole);
}

TEST(VerdictTest, a_little_off_is_whole) {
    EXPECT_EQ(judge({.decoded_s = 195, .announced_s = 200, .good_packets = 8'000}), Verdict::whole);
    EXPECT_EQ(judge({.decoded_s = 2, .announced_s = 2.4, .good_packets = 80}), Verdict::whole);
    EXPECT_EQ(judge({.decoded_s = 200, .announced_s = 200, .good_packets = 8'000, .damaged_packets = 3}), Verdict::whole);
}

TEST(VerdictTest, half_a_file_of_thirty_seconds_is_partial) {
    EXPECT_EQ(judge({.decoded_s = 100, .announced_s = 200, .good_packets = 4'000}), Verdict::partial);
    EXPECT_EQ(judge({.decoded_s = 30, .announced_s = 60, .good_packets = 1'000}), Verdict::partial);
    EXPECT_EQ(judge({.decoded_s = 190, .announced_s = 190, .good_packets = 900, .damaged_packets = 100}), Verdict::partial);
    EXPECT_EQ(judge({.decoded_s = 190, .announced_s = std::nullopt, .good_packets = 900, .ended_by_error = true}),
              Verdict::partial);
}

TEST(VerdictTest, less_is_damaged) {
    EXPECT_EQ(judge({.decoded_s = 99, .announced_s = 200, .good_packets = 4'000}), Verdict::damaged);
    EXPECT_EQ(judge({.decoded_s = 29, .announced_s = 40, .good_packets = 1'000}), Verdict::damaged);
    EXPECT_EQ(judge({.decoded_s = 40, .announced_s = std::nullopt, .good_packets = 100, .damaged_packets = 101}),
              Verdict::damaged);
    EXPECT_EQ(judge({}), Verdict::damaged);
    EXPECT_EQ(judge({.decoded_s = 0, .announced_s = 0.1}), Verdict::damaged);
}

} // namespace
} // namespace audiomuse::audio::detail
