#include <cluster/pca.hpp>

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include <cluster/planted.hpp>

namespace audiomuse::cluster {
namespace {

TEST(PrincipalComponents, FindTheLineThatPointsLieOn) {
    // y = 2 x - 1: one axis (1, 2) / sqrt(5) holds all variance, 5 x var(x) = 5 x 2.
    const Matrix points = testing::matrix({{-1, -3}, {0, -1}, {1, 1}, {2, 3}, {3, 5}});
    const auto fit = fit_principal_components(points.view(), 2, {});
    ASSERT_TRUE(fit);
    EXPECT_FLOAT_EQ(fit->mean[0], 1);
    EXPECT_FLOAT_EQ(fit->mean[1], 1);
    EXPECT_NEAR(fit->axes.row(0)[0], 1 / std::sqrt(5.0), 1e-6);
    EXPECT_NEAR(fit->axes.row(0)[1], 2 / std::sqrt(5.0), 1e-6);
    EXPECT_NEAR(fit->variance[0], 10, 1e-9);
    EXPECT_NEAR(fit->variance[1], 0, 1e-9);
    const auto projected = project(*fit, points.view(), 2, {});
    ASSERT_TRUE(projected);
    EXPECT_NEAR(projected->row(4)[0], 2 * std::sqrt(5.0), 1e-5);
    EXPECT_NEAR(projected->row(4)[1], 0, 1e-5);
}

TEST(PrincipalComponents, TheLargestCoordinateOfAnAxisIsPositive) {
    const auto planted = testing::plant(4, 30, 6, 3, 5);
    const auto fit = fit_principal_components(planted.points.view(), 6, {});
    ASSERT_TRUE(fit);
    for (std::size_t i = 0; i < 6; ++i) {
        float largest = 0;
        for (const float value : fit->axes.row(i)) {
            largest = std::abs(value) > std::abs(largest) ? value : largest;
        }
        EXPECT_GT(largest, 0) << "axis " << i;
        EXPECT_TRUE(i == 0 || fit->variance[i] <= fit->variance[i - 1]);
    }
}

TEST(PrincipalComponents, MoreAxesThanColumnsOrPointsAreCut) {
    const Matrix points = testing::matrix({{1, 2, 3}, {4, 5, 7}});
    const auto fit = fit_principal_components(points.view(), 9, {});
    ASSERT_TRUE(fit);
    EXPECT_EQ(fit->axes.rows(), 3U);
    const auto projected = project(*fit, points.view(), 1, {});
    ASSERT_TRUE(projected);
    for (const float value : projected->values()) {
        EXPECT_TRUE(std::isfinite(value));
    }
}

TEST(PrincipalComponents, AProjectionIsTheSameForAnyNumberOfThreads) {
    const auto planted = testing::plant(3, 700, 5, 2, 9);
    const auto fit = fit_principal_components(planted.points.view(), 3, {});
    ASSERT_TRUE(fit);
    const auto one = project(*fit, planted.points.view(), 1, {});
    const auto four = project(*fit, planted.points.view(), 4, {});
    ASSERT_TRUE(one && four);
    EXPECT_TRUE(std::ranges::equal(one->values(), four->values()));
}

TEST(PrincipalComponents, AStopIsAnError) {
    std::stop_source stop;
    stop.request_stop();
    const auto fit = fit_principal_components(testing::matrix({{1, 2}, {3, 4}}).view(), 1, stop.get_token());
    ASSERT_FALSE(fit);
    EXPECT_EQ(fit.error().code, ErrorCode::cancelled);
}

} // namespace
} // namespace audiomuse::cluster
