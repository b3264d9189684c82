#include <dsp/framer.hpp>

#include <limits>

#include <gmock/gmock.h>

#include "signals.hpp"

namespace audiomuse::dsp {
namespace {

std::vector<std::vector<float>> frames_of(std::span<const float> pcm, std::span<const std::size_t> block_lengths) {
    struct Collector {
        Framer framer{4, 3};
        std::vector<std::vector<float>> frames;
        void push(std::span<const float> block) {
            framer.push(block, [this](std::span<const float> frame) { frames.emplace_back(frame.begin(), frame.end()); });
        }
    } collector;
    test::push_in_blocks(collector, pcm, block_lengths);
    return collector.frames;
}

TEST(Framer, CutsOverlappingFramesAndDropsTheRest) {
    const std::vector<float> pcm{1, 2, 3, 4, 5, 6, 7, 8, 9};
    const std::vector<std::size_t> whole{9};
    EXPECT_THAT(frames_of(pcm, whole), testing::ElementsAre(std::vector<float>{1, 2, 3, 4}, std::vector<float>{4, 5, 6, 7}));
}

TEST(Framer, GivesTheSameFramesForAnyBlocks) {
    std::vector<float> pcm(20000);
    for (std::size_t n = 0; n < pcm.size(); ++n) {
        pcm[n] = static_cast<float>(n) * 0x1p-10F;
    }
    const std::vector<std::size_t> whole{pcm.size()};
    const std::vector<std::size_t> mixed{1, 4097, 0, 3, 5000};
    const auto expected = frames_of(pcm, whole);
    ASSERT_EQ(expected.size(), 6666U);
    EXPECT_EQ(expected.back().front(), 19995.0F * 0x1p-10F);
    EXPECT_EQ(frames_of(pcm, mixed), expected);
}

TEST(Sanitized, TurnsWhatIsNoSampleIntoSilence) {
    EXPECT_EQ(sanitized(0.5F), 0.5F);
    EXPECT_EQ(sanitized(-1.5F), -1.5F);
    EXPECT_EQ(sanitized(std::numeric_limits<float>::quiet_NaN()), 0.0F);
    EXPECT_EQ(sanitized(std::numeric_limits<float>::infinity()), 0.0F);
    EXPECT_EQ(sanitized(-std::numeric_limits<float>::infinity()), 0.0F);
    EXPECT_EQ(sanitized(std::numeric_limits<float>::denorm_min()), 0.0F);
    EXPECT_EQ(sanitized(std::numeric_limits<float>::max()), 100.0F);
    EXPECT_EQ(sanitized(-1e9F), -100.0F);
}

} // namespace
} // namespace audiomuse::dsp
