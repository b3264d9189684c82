#include <cluster/kmeans.hpp>

#include <set>

#include <gtest/gtest.h>

#include <cluster/planted.hpp>

namespace audiomuse::cluster {
namespace {

TEST(KMeans, FindsPlantedClusters) {
    const auto planted = testing::plant(5, 40, 8, 1, 3);
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        Random random(seed);
        const auto fit = kmeans(planted.points.view(), {.clusters = 5}, random, {});
        ASSERT_TRUE(fit);
        EXPECT_TRUE(fit->converged);
        EXPECT_EQ(fit->centres.rows(), 5U);
        EXPECT_TRUE(testing::same_partition(fit->labels, planted.truth)) << "seed " << seed;
    }
}

TEST(KMeans, CentresAreMeansAndInertiaIsTheirSquaredDistance) {
    const Matrix points = testing::matrix({{0, 0}, {0, 2}, {10, 0}, {10, 4}});
    Random random(1);
    const auto fit = kmeans(points.view(), {.clusters = 2}, random, {});
    ASSERT_TRUE(fit);
    EXPECT_DOUBLE_EQ(fit->inertia, 1 + 1 + 4 + 4);
    const auto left = static_cast<std::size_t>(fit->labels[0]);
    EXPECT_EQ(fit->centres.row(left)[0], 0);
    EXPECT_EQ(fit->centres.row(left)[1], 1);
    EXPECT_EQ(fit->centres.row(1 - left)[0], 10);
    EXPECT_EQ(fit->centres.row(1 - left)[1], 2);
}

TEST(KMeans, GivesFewerClustersThanAskedForWhenPointsCoincide) {
    const Matrix points = testing::matrix({{1, 1}, {1, 1}, {2, 2}, {2, 2}, {1, 1}});
    Random random(4);
    const auto fit = kmeans(points.view(), {.clusters = 4}, random, {});
    ASSERT_TRUE(fit);
    EXPECT_EQ(fit->centres.rows(), 2U);
    EXPECT_TRUE(testing::same_partition(fit->labels, {0, 0, 1, 1, 0}));
    EXPECT_EQ(fit->inertia, 0);
}

TEST(KMeans, MoreClustersThanPoints) {
    const Matrix points = testing::matrix({{1}, {2}, {3}});
    Random random(4);
    const auto fit = kmeans(points.view(), {.clusters = 100}, random, {});
    ASSERT_TRUE(fit);
    EXPECT_EQ(fit->centres.rows(), 3U);
}

TEST(KMeans, EveryClusterHasAPoint) {
    const auto planted = testing::plant(3, 20, 2, 6, 8);
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        Random random(seed);
        const auto fit = kmeans(planted.points.view(), {.clusters = 25}, random, {});
        ASSERT_TRUE(fit);
        EXPECT_EQ(std::set(fit->labels.begin(), fit->labels.end()).size(), fit->centres.rows());
    }
}

TEST(KMeans, TheSameSeedGivesTheSameFit) {
    const auto planted = testing::plant(4, 50, 6, 8, 2);
    Random first(11);
    Random second(11);
    const auto a = kmeans(planted.points.view(), {.clusters = 9}, first, {});
    const auto b = kmeans(planted.points.view(), {.clusters = 9}, second, {});
    ASSERT_TRUE(a && b);
    EXPECT_EQ(a->labels, b->labels);
    EXPECT_EQ(a->inertia, b->inertia);
}

TEST(KMeans, AStopIsAnError) {
    std::stop_source stop;
    stop.request_stop();
    Random random(1);
    const auto fit = kmeans(testing::matrix({{1}, {2}}).view(), {.clusters = 2}, random, stop.get_token());
    ASSERT_FALSE(fit);
    EXPECT_EQ(fit.error().code, ErrorCode::cancelled);
}

TEST(NearestCentres, TakesTheFirstOfEqualsAndDoesNotDependOnThreads) {
    const Matrix centres = testing::matrix({{0}, {2}, {2}});
    const auto labels = nearest_centres(testing::matrix({{1}, {1.5F}, {-5}, {9}}).view(), centres.view(), 1, {});
    ASSERT_TRUE(labels);
    EXPECT_EQ(*labels, (Labels{0, 1, 0, 1}));
    const auto planted = testing::plant(5, 2500, 3, 9, 1);
    const Matrix many = testing::plant(5, 3, 3, 9, 2).points;
    EXPECT_EQ(*nearest_centres(planted.points.view(), many.view(), 1, {}),
              *nearest_centres(planted.points.view(), many.view(), 4, {}));
}

} // namespace
} // namespace audiomuse::cluster
