#include <cluster/scores.hpp>

#include <gtest/gtest.h>

#include <cluster/planted.hpp>

namespace audiomuse::cluster {
namespace {

TEST(ExplainedShare, OfALiteralGrouping) {
    // total 104 = 4 x 25 + 4 x 1, within 4; 1 - (4 / 2) / (104 / 3)
    const Matrix points = testing::matrix({{-6}, {-4}, {4}, {6}});
    EXPECT_NEAR(explained_share(points.view(), {0, 0, 1, 1}), 1 - 2.0 / (104.0 / 3), 1e-12);
}

TEST(ExplainedShare, LeavesNoiseOut) {
    const Matrix points = testing::matrix({{-6}, {1000}, {-4}, {4}, {6}});
    EXPECT_NEAR(explained_share(points.view(), {0, k_noise, 0, 1, 1}), 1 - 2.0 / (104.0 / 3), 1e-12);
}

TEST(ExplainedShare, AGroupingByChanceIsWorthNothing) {
    const auto planted = testing::plant(1, 2000, 4, 3, 3);
    Labels labels(2000);
    for (std::size_t i = 0; i < 2000; ++i) {
        labels[i] = static_cast<std::int32_t>(i % 40);
    }
    EXPECT_NEAR(explained_share(planted.points.view(), labels), 0, 0.01);
}

TEST(ExplainedShare, IsZeroWhereItIsNotDefined) {
    EXPECT_EQ(explained_share(Matrix(0, 2).view(), {}), 0);
    EXPECT_EQ(explained_share(Matrix(3, 2).view(), {k_noise, k_noise, k_noise}), 0);
    EXPECT_EQ(explained_share(Matrix(4, 2).view(), {0, 0, 1, 1}), 0);
    EXPECT_EQ(explained_share(testing::matrix({{1}, {2}}).view(), {0, 1}), 0);
}

} // namespace
} // namespace audiomuse::cluster
