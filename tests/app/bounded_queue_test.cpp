#include <app/bounded_queue.hpp>

#include <atomic>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

namespace audiomuse::app {
namespace {

TEST(BoundedQueue, HandsEverythingOverAndEndsWhenItIsClosed) {
    BoundedQueue<std::unique_ptr<int>> queue(2);
    std::atomic<int> sum{0};
    {
        std::jthread consumer([&] {
            while (const auto item = queue.pop({})) {
                sum += **item;
            }
        });
        for (int i = 1; i <= 100; ++i) {
            EXPECT_TRUE(queue.push(std::make_unique<int>(i), {}));
        }
        queue.close();
    }
    EXPECT_EQ(sum, 5050);
}

TEST(BoundedQueue, AStopWakesBothSides) {
    BoundedQueue<int> queue(1);
    std::stop_source stop;
    {
        std::jthread consumer([&] { EXPECT_FALSE(queue.pop(stop.get_token())); });
        stop.request_stop();
    }
    ASSERT_TRUE(queue.push(1, {}));
    EXPECT_FALSE(queue.push(2, stop.get_token())) << "there is no room";
    BoundedQueue<int> empty(1);
    EXPECT_FALSE(empty.push(1, stop.get_token())) << "nobody would take it";
}

} // namespace
} // namespace audiomuse::app
