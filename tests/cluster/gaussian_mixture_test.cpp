#include <cluster/gaussian_mixture.hpp>

#include <cmath>

#include <gtest/gtest.h>

#include <cluster/planted.hpp>

namespace audiomuse::cluster {
namespace {

TEST(GaussianMixture, FindsPlantedClusters) {
    const auto planted = testing::plant(4, 60, 6, 1.5F, 3);
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
        Random random(seed);
        const auto fit = GaussianMixture::fit(planted.points.view(), {.components = 4}, random, {});
        ASSERT_TRUE(fit);
        const auto labels = fit->assign(planted.points.view(), 1, {});
        ASSERT_TRUE(labels);
        EXPECT_TRUE(testing::same_partition(*labels, planted.truth)) << "seed " << seed;
        EXPECT_NEAR(fit->weight(0), 0.25, 1e-6);
    }
}

TEST(GaussianMixture, OneComponentIsTheMomentsOfTheData) {
    const auto planted = testing::plant(2, 2000, 2, 2, 3);
    Random random(1);
    const auto fit = GaussianMixture::fit(planted.points.view(), {.components = 1}, random, {});
    ASSERT_TRUE(fit);
    double mean_x = 0;
    double variance_x = 0;
    for (std::size_t i = 0; i < 4000; ++i) {
        mean_x += planted.points.row(i)[0] / 4000.0;
    }
    for (std::size_t i = 0; i < 4000; ++i) {
        variance_x += std::pow(planted.points.row(i)[0] - mean_x, 2) / 4000.0;
    }
    EXPECT_NEAR(fit->mean(0)[0], mean_x, 1e-4);
    EXPECT_NEAR(fit->covariance(0)[0] / variance_x, 1, 0.005); // the prior weighs as much as a few of 4,000 points
    EXPECT_DOUBLE_EQ(fit->weight(0), 1);
}

TEST(GaussianMixture, TellsCrossedCloudsOfDifferentDirection) {
    // Two long thin clouds that cross: k-means cannot tell them apart, full covariances can.
    Matrix points(600, 2);
    Random random(5);
    std::size_t right = 0;
    for (std::size_t i = 0; i < 600; ++i) {
        const auto along = static_cast<float>(20 * (random.uniform() - 0.5));
        const auto across = static_cast<float>(0.4 * (random.uniform() - 0.5));
        points.row(i)[0] = i % 2 == 0 ? along : across;
        points.row(i)[1] = i % 2 == 0 ? across : along;
    }
    std::size_t best = 0;
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        Random start(seed);
        const auto fit =
            GaussianMixture::fit(points.view(), {.components = 2, .max_iterations = 200, .tolerance = 1e-7}, start, {});
        ASSERT_TRUE(fit);
        const auto labels = fit->assign(points.view(), 1, {});
        right = 0;
        for (std::size_t i = 0; i < 600; ++i) {
            right += (*labels)[i] == (*labels)[i % 2] ? 1U : 0U;
        }
        best = std::max(best, std::max(right, 600 - right));
    }
    EXPECT_GE(best, 560U);
}

TEST(GaussianMixture, EveryIterationGains) {
    const auto planted = testing::plant(4, 40, 5, 7, 3);
    double last = -1e300;
    for (int iterations = 1; iterations <= 12; ++iterations) {
        Random random(2);
        const auto fit = GaussianMixture::fit(planted.points.view(),
                                              {.components = 3, .max_iterations = iterations, .tolerance = 0}, random, {});
        ASSERT_TRUE(fit);
        EXPECT_GE(fit->mean_log_likelihood(), last - 0.02) << iterations; // the posterior rises; the likelihood may give a little
        last = fit->mean_log_likelihood();
    }
}

TEST(GaussianMixture, SurvivesFewerPointsThanDimensionsAndEqualPoints) {
    const auto planted = testing::plant(2, 3, 18, 1, 3);
    Random random(1);
    const auto few = GaussianMixture::fit(planted.points.view(), {.components = 4}, random, {});
    ASSERT_TRUE(few);
    EXPECT_TRUE(std::isfinite(few->mean_log_likelihood()));
    const Matrix equal(7, 3);
    const auto same = GaussianMixture::fit(equal.view(), {.components = 3}, random, {});
    ASSERT_TRUE(same);
    EXPECT_EQ(same->components(), 1U);
    EXPECT_EQ(*same->assign(equal.view(), 1, {}), Labels(7, 0));
}

TEST(GaussianMixture, AssignsAlikeOnAnyNumberOfThreads) {
    const auto planted = testing::plant(3, 700, 4, 8, 3);
    Random random(1);
    const auto fit = GaussianMixture::fit(planted.points.view(), {.components = 5, .max_iterations = 5}, random, {});
    ASSERT_TRUE(fit);
    EXPECT_EQ(*fit->assign(planted.points.view(), 1, {}), *fit->assign(planted.points.view(), 4, {}));
}

TEST(GaussianMixture, AStopIsAnError) {
    std::stop_source stop;
    stop.request_stop();
    Random random(1);
    const auto fit = GaussianMixture::fit(testing::matrix({{1}, {2}}).view(), {.components = 2}, random, stop.get_token());
    ASSERT_FALSE(fit);
    EXPECT_EQ(fit.error().code, ErrorCode::cancelled);
}

} // namespace
} // namespace audiomuse::cluster
