#include <tasks/eta.hpp>

#include <gtest/gtest.h>

namespace audiomuse::tasks {
namespace {

using std::chrono::seconds;

TEST(EtaEstimator, IsUnknownUntilThreeItemsAreDone) {
    EtaEstimator eta(10);
    const EtaEstimator::Clock::time_point start{};
    eta.item_done(start);
    eta.item_done(start + seconds(2));
    EXPECT_EQ(eta.remaining(), std::nullopt);
    eta.item_done(start + seconds(4));
    EXPECT_EQ(eta.remaining(), seconds(14));
}

TEST(EtaEstimator, FollowsTheNewestPace) {
    EtaEstimator eta(1000);
    EtaEstimator::Clock::time_point now{};
    for (int i = 0; i < 300; ++i) {
        eta.item_done(now += seconds(100)); // a slow start
    }
    for (int i = 0; i < 200; ++i) {
        eta.item_done(now += seconds(1));
    }
    EXPECT_EQ(eta.remaining(), seconds(500));
}

TEST(EtaEstimator, IsZeroAtTheEndAndForNothing) {
    EXPECT_EQ(EtaEstimator(0).remaining(), seconds(0));
    EtaEstimator eta(1);
    eta.item_done({});
    EXPECT_EQ(eta.remaining(), seconds(0));
}

} // namespace
} // namespace audiomuse::tasks
