#include <support/compare.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace audiomuse::test {
namespace {

TEST(Compare, TakesWhatIsWithinTheSumOfBothTolerances) {
    EXPECT_TRUE(
        all_close(std::vector<float>{1.0F, 100.5F}, std::array<double, 2>{1.0, 100.0}, {.absolute = 0.1, .relative = 0.004}));
    EXPECT_FALSE(
        all_close(std::vector<float>{1.0F, 100.6F}, std::array<double, 2>{1.0, 100.0}, {.absolute = 0.1, .relative = 0.004}));
}

TEST(Compare, NamesTheWorstValue) {
    const auto result = all_close(std::vector<double>{1, 2, 9, 4.5}, std::vector<double>{1, 2, 3, 4}, {.absolute = 0.1});
    ASSERT_FALSE(result);
    EXPECT_NE(std::string(result.message()).find("2 of 4 values are off; the worst is value 2: 9, expected 3"), std::string::npos)
        << result.message();
}

TEST(Compare, RefusesAnotherLengthAndValuesThatAreNotFinite) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float infinity = std::numeric_limits<float>::infinity();
    EXPECT_FALSE(all_close(std::vector<float>{1}, std::vector<float>{1, 2}, {.absolute = 10}));
    EXPECT_FALSE(all_close(std::vector<float>{}, std::vector<float>{1}, {.absolute = 10}));
    EXPECT_FALSE(all_close(std::vector<float>{nan}, std::vector<float>{1}, {.absolute = 10}));
    EXPECT_FALSE(all_close(std::vector<float>{nan}, std::vector<float>{nan}, {.absolute = 10}));
    EXPECT_FALSE(all_close(std::vector<float>{infinity}, std::vector<float>{infinity}, {.absolute = 10}));
    EXPECT_TRUE(std::isnan(largest_difference(std::vector<float>{nan}, std::vector<float>{1})));
    EXPECT_TRUE(std::isnan(largest_difference(std::vector<float>{1}, std::vector<float>{1, 2})));
    EXPECT_EQ(largest_difference(std::vector<float>{1, 5}, std::vector<float>{2, 2}), 3.0);
}

TEST(Compare, ReadsExactlyTheValuesThatAreThere) {
    const auto path = std::filesystem::temp_directory_path() / ("audiomuse-compare-" + std::to_string(::getpid()));
    std::ofstream(path, std::ios::binary).write("\0\0\200\077\0\0\040\300", 8);
    EXPECT_EQ(read_f32(path, 2), (std::vector<float>{1.0F, -2.5F}));
    EXPECT_THROW((void)read_f32(path, 1), std::runtime_error);
    EXPECT_THROW((void)read_f32(path, 3), std::runtime_error);
    std::filesystem::remove(path);
}

} // namespace
} // namespace audiomuse::test
