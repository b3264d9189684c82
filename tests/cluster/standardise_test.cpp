#include <cluster/standardise.hpp>

#include <gtest/gtest.h>

#include <cluster/planted.hpp>

namespace audiomuse::cluster {
namespace {

TEST(Standardised, ColumnsGetMeanZeroAndVarianceOne) {
    const Matrix result = standardised(testing::matrix({{1, 10}, {2, 10}, {3, 40}, {4, 40}}).view());
    const float step = 0.8944272F; // 1 / sqrt(1.25)
    EXPECT_FLOAT_EQ(result.row(0)[0], -1.5F * step);
    EXPECT_FLOAT_EQ(result.row(1)[0], -0.5F * step);
    EXPECT_FLOAT_EQ(result.row(3)[0], 1.5F * step);
    EXPECT_FLOAT_EQ(result.row(0)[1], -1);
    EXPECT_FLOAT_EQ(result.row(3)[1], 1);
}

TEST(Standardised, AConstantColumnBecomesZero) {
    const Matrix result = standardised(testing::matrix({{0.1F, 5}, {0.1F, 6}, {0.1F, 7}}).view());
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(result.row(i)[0], 0);
    }
}

TEST(Standardised, NoRowsAndOneRow) {
    EXPECT_EQ(standardised(Matrix(0, 3).view()).rows(), 0U);
    const Matrix one = standardised(testing::matrix({{7, -2}}).view());
    EXPECT_EQ(one.row(0)[0], 0);
    EXPECT_EQ(one.row(0)[1], 0);
}

} // namespace
} // namespace audiomuse::cluster
