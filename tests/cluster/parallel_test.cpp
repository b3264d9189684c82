#include <cluster/parallel.hpp>

#include <atomic>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace audiomuse::cluster {
namespace {

TEST(ParallelFor, CallsEachIndexOnce) {
    for (const unsigned threads : {0U, 1U, 3U, 16U}) {
        std::vector<std::atomic<int>> calls(100);
        parallel_for(100, threads, [&](std::size_t i) { ++calls[i]; });
        for (const auto& count : calls) {
            EXPECT_EQ(count, 1);
        }
    }
    parallel_for(0, 4, [](std::size_t) { FAIL(); });
}

TEST(ParallelFor, HandsAnExceptionOn) {
    EXPECT_THROW(parallel_for(50, 4,
                              [](std::size_t i) {
                                  if (i == 7) {
                                      throw std::runtime_error("seven");
                                  }
                              }),
                 std::runtime_error);
}

} // namespace
} // namespace audiomuse::cluster
