#include <cluster/kd_tree.hpp>

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include <cluster/planted.hpp>

namespace audiomuse::cluster {
namespace {

class KdTreeAgainstScan : public ::testing::TestWithParam<std::size_t> {
  protected:
    testing::Planted planted = testing::plant(4, 100, GetParam(), 6, 17);
    KdTree tree{planted.points.view()};

    [[nodiscard]] std::vector<float> scanned(std::size_t row) const {
        std::vector<float> distances;
        for (std::size_t i = 0; i < planted.points.rows(); ++i) {
            if (i != row) {
                distances.push_back(std::sqrt(squared_distance(planted.points.row(i), planted.points.row(row))));
            }
        }
        std::ranges::sort(distances);
        return distances;
    }
};

TEST_P(KdTreeAgainstScan, Within) {
    for (const float radius : {0.0F, 1.0F, 4.0F, 12.0F, 1000.0F}) {
        for (std::size_t row = 0; row < 400; row += 37) {
            std::vector<std::uint32_t> expected;
            for (std::size_t i = 0; i < 400; ++i) {
                if (squared_distance(planted.points.row(i), planted.points.row(row)) <= radius * radius) {
                    expected.push_back(static_cast<std::uint32_t>(i));
                }
            }
            std::vector<std::uint32_t> found;
            tree.within(planted.points.row(row), radius, found);
            std::ranges::sort(found);
            EXPECT_EQ(found, expected) << "radius " << radius << " row " << row;
        }
    }
}

TEST_P(KdTreeAgainstScan, NearestDistances) {
    for (std::size_t row = 0; row < 400; row += 37) {
        auto expected = scanned(row);
        expected.resize(12);
        std::vector<float> found;
        tree.nearest_distances(row, 12, found);
        EXPECT_EQ(found, expected);
    }
}

TEST_P(KdTreeAgainstScan, Nearest) {
    const auto queries = testing::plant(3, 15, GetParam(), 9, 3).points;
    for (std::size_t q = 0; q < queries.rows(); ++q) {
        std::size_t expected = 0;
        for (std::size_t i = 1; i < 400; ++i) {
            if (squared_distance(planted.points.row(i), queries.row(q)) <
                squared_distance(planted.points.row(expected), queries.row(q))) {
                expected = i;
            }
        }
        EXPECT_EQ(tree.nearest(queries.row(q), 1000), expected);
        EXPECT_EQ(tree.nearest(queries.row(q), 1e-6F), 400U);
    }
}

INSTANTIATE_TEST_SUITE_P(Dimensions, KdTreeAgainstScan, ::testing::Values(1, 2, 5, 18));

TEST(KdTree, HoldsManyEqualPoints) {
    const KdTree tree(Matrix(500, 3).view());
    std::vector<std::uint32_t> found;
    tree.within(std::vector<float>{0, 0, 0}, 0, found);
    EXPECT_EQ(found.size(), 500U);
    EXPECT_EQ(tree.nearest(std::vector<float>{0, 0, 0.5F}, 1), 0U);
}

TEST(KdTree, OfOneOrNoPoint) {
    const KdTree one(testing::matrix({{1, 2}}).view());
    std::vector<float> distances{1};
    one.nearest_distances(0, 5, distances);
    EXPECT_TRUE(distances.empty());
    const KdTree none(Matrix(0, 2).view());
    std::vector<std::uint32_t> found{7};
    none.within(std::vector<float>{1, 2}, 5, found);
    EXPECT_TRUE(found.empty());
    EXPECT_EQ(none.nearest(std::vector<float>{1, 2}, 5), 0U);
}

} // namespace
} // namespace audiomuse::cluster
