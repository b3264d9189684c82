#include <cluster/dbscan.hpp>

#include <algorithm>

#include <gtest/gtest.h>

#include <cluster/planted.hpp>

namespace audiomuse::cluster {
namespace {

TEST(Dbscan, FindsPlantedClustersAndNoise) {
    auto planted = testing::plant(3, 40, 2, 1, 3);
    Matrix points(121, 2);
    for (std::size_t i = 0; i < 120; ++i) {
        std::ranges::copy(planted.points.row(i), points.row(i).begin());
    }
    points.row(120)[0] = 100; // far from everything
    planted.truth.push_back(k_noise);
    const KdTree tree(points.view());
    const auto fit = dbscan(points.view(), tree, {.eps = 1, .min_samples = 4}, {});
    ASSERT_TRUE(fit);
    EXPECT_EQ(fit->clusters, 3U);
    EXPECT_EQ(fit->labels[120], k_noise);
    EXPECT_EQ(fit->labels[0], 0); // numbered by the lowest row
    EXPECT_EQ(fit->labels[1], 1);
    EXPECT_TRUE(testing::same_partition(fit->labels, planted.truth));
}

TEST(Dbscan, ABorderPointBelongsButDoesNotSpread) {
    // 0, 1, 2 are close together; 3 reaches only 2; 4 reaches only 3. eps is inclusive.
    const Matrix points = testing::matrix({{0}, {1}, {2}, {3}, {4.5F}});
    const KdTree tree(points.view());
    const auto fit = dbscan(points.view(), tree, {.eps = 1, .min_samples = 3}, {});
    ASSERT_TRUE(fit);
    EXPECT_EQ(fit->labels, (Labels{0, 0, 0, 0, k_noise}));
    EXPECT_EQ(fit->is_core, (std::vector<char>{0, 1, 1, 0, 0}));
}

TEST(Dbscan, MinSamplesCountsThePointItself) {
    const Matrix points = testing::matrix({{0}, {1}});
    const KdTree tree(points.view());
    EXPECT_EQ(dbscan(points.view(), tree, {.eps = 1, .min_samples = 2}, {})->clusters, 1U);
    EXPECT_EQ(dbscan(points.view(), tree, {.eps = 1, .min_samples = 3}, {})->clusters, 0U);
    EXPECT_EQ(dbscan(points.view(), tree, {.eps = 0.5F, .min_samples = 1}, {})->clusters, 2U);
}

TEST(Dbscan, FollowsAChain) {
    Matrix points(300, 1);
    for (std::size_t i = 0; i < 300; ++i) {
        points.row(i)[0] = static_cast<float>(i);
    }
    const KdTree tree(points.view());
    const auto fit = dbscan(points.view(), tree, {.eps = 1.5F, .min_samples = 3}, {});
    ASSERT_TRUE(fit);
    EXPECT_EQ(fit->clusters, 1U);
    EXPECT_EQ(std::ranges::count(fit->labels, 0), 300);
}

TEST(Dbscan, AStopIsAnError) {
    const Matrix points = testing::matrix({{0}, {1}});
    const KdTree tree(points.view());
    std::stop_source stop;
    stop.request_stop();
    const auto fit = dbscan(points.view(), tree, {.eps = 1, .min_samples = 2}, stop.get_token());
    ASSERT_FALSE(fit);
    EXPECT_EQ(fit.error().code, ErrorCode::cancelled);
}

TEST(ExtendDbscan, PlacesFurtherPointsByTheNearestCore) {
    const auto planted = testing::plant(3, 40, 2, 1, 3);
    const KdTree tree(planted.points.view());
    const auto fit = dbscan(planted.points.view(), tree, {.eps = 1, .min_samples = 4}, {});
    ASSERT_TRUE(fit);
    const auto further = testing::plant(3, 500, 2, 0.5F, 4);
    for (const std::size_t max_cores : {std::size_t{1000}, std::size_t{60}}) {
        const auto labels = extend_dbscan(*fit, planted.points.view(), 1, max_cores, further.points.view(), 3, {});
        ASSERT_TRUE(labels);
        EXPECT_EQ(*labels, further.truth);
    }
    const auto lost = extend_dbscan(*fit, planted.points.view(), 1, 1000, testing::matrix({{50, 50}}).view(), 1, {});
    EXPECT_EQ(*lost, Labels{k_noise});
}

TEST(ExtendDbscan, WithoutACorePointAllIsNoise) {
    const Matrix points = testing::matrix({{0}, {10}});
    const KdTree tree(points.view());
    const auto fit = dbscan(points.view(), tree, {.eps = 1, .min_samples = 2}, {});
    ASSERT_TRUE(fit);
    EXPECT_EQ(*extend_dbscan(*fit, points.view(), 1, 10, points.view(), 1, {}), (Labels{k_noise, k_noise}));
}

} // namespace
} // namespace audiomuse::cluster
