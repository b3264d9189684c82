#include <cluster/random.hpp>

#include <array>

#include <gtest/gtest.h>

namespace audiomuse::cluster {
namespace {

// SplitMix64 of seed 0 begins e220a8397b1dcdaf, 6e789e6aa1b965f4, 06c45d188009454f, f88bb8a8724c81ec (Vigna's reference code),
// and the first output of xoshiro256** is rotl(state[1] * 5, 7) * 9.
TEST(Random, FollowsTheReferenceGenerators) {
    Random random(0);
    const std::uint64_t times_five = 0x6e789e6aa1b965f4ULL * 5U;
    EXPECT_EQ(random.next(), ((times_five << 7U) | (times_five >> 57U)) * 9U);
}

TEST(Random, ItsSequenceIsPinned) {
    Random random(42);
    EXPECT_EQ(random.next(), 0x15780b2e0c2ec716ULL);
    EXPECT_EQ(random.next(), 0x6104d9866d113a7eULL);
    EXPECT_EQ(random.next(), 0xae17533239e499a1ULL);
}

TEST(Random, BelowStaysBelowAndReachesEveryValue) {
    Random random(7);
    std::array<int, 6> counts{};
    for (int i = 0; i < 6000; ++i) {
        ++counts.at(random.below(6));
    }
    for (const int count : counts) {
        EXPECT_NEAR(count, 1000, 120);
    }
}

TEST(Random, BetweenIncludesBothEnds) {
    Random random(7);
    bool low = false;
    bool high = false;
    for (int i = 0; i < 200; ++i) {
        const int value = random.between(-3, 3);
        EXPECT_GE(value, -3);
        EXPECT_LE(value, 3);
        low |= value == -3;
        high |= value == 3;
    }
    EXPECT_TRUE(low);
    EXPECT_TRUE(high);
    EXPECT_EQ(random.between(5, 5), 5);
}

TEST(Random, UniformIsInTheUnitInterval) {
    Random random(1);
    double sum = 0;
    for (int i = 0; i < 10'000; ++i) {
        const double value = random.uniform();
        ASSERT_GE(value, 0);
        ASSERT_LT(value, 1);
        sum += value;
    }
    EXPECT_NEAR(sum / 10'000, 0.5, 0.01);
}

TEST(DeriveSeed, StreamsAndSeedsDiffer) {
    EXPECT_NE(derive_seed(1, 0), derive_seed(1, 1));
    EXPECT_NE(derive_seed(1, 0), derive_seed(2, 0));
    EXPECT_NE(derive_seed(1, 2), derive_seed(2, 1));
    EXPECT_EQ(derive_seed(1, 2), derive_seed(1, 2));
}

} // namespace
} // namespace audiomuse::cluster
