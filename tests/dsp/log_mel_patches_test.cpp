#include <dsp/log_mel_patches.hpp>

#include <bit>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include <support/compare.hpp>

#include "signals.hpp"

namespace audiomuse::dsp {
namespace {

const std::filesystem::path k_golden = std::filesystem::path(AUDIOMUSE_TEST_DATA) / "musicnn";

/// A mono WAV of 16 bit with the plain header of 44 bytes.
std::vector<float> read_wav(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    std::vector<float> pcm;
    for (std::size_t i = 44; i + 1 < bytes.size(); i += 2) {
        const auto low = static_cast<std::uint8_t>(bytes[i]);
        const auto high = static_cast<std::uint8_t>(bytes[i + 1]);
        pcm.push_back(static_cast<float>(static_cast<std::int16_t>(low | high << 8)) / 32768.0F);
    }
    return pcm;
}

std::vector<float> patches_of(std::span<const float> pcm, std::span<const std::size_t> block_lengths) {
    std::vector<float> values;
    LogMelPatches patches([&](std::span<const float> patch) { values.insert(values.end(), patch.begin(), patch.end()); });
    test::push_in_blocks(patches, pcm, block_lengths);
    const std::size_t count = patches.finish();
    EXPECT_EQ(count * k_patch_size, values.size());
    return values;
}

std::vector<float> patches_of(std::span<const float> pcm) {
    const std::vector<std::size_t> whole{std::max<std::size_t>(pcm.size(), 1)};
    return patches_of(pcm, whole);
}

TEST(LogMelPatches, AgreeWithTheReference) {
    const std::vector<float> pcm = read_wav(k_golden / "signal.wav");
    ASSERT_EQ(pcm.size(), 160000U);
    const std::vector<float> expected = audiomuse::test::read_f32(k_golden / "logmel.f32", 3 * k_patch_size);
    EXPECT_TRUE(audiomuse::test::all_close(patches_of(pcm), expected, {.absolute = 1e-4}));
}

TEST(LogMelPatches, DoNotDependOnTheBlocks) {
    const std::vector<float> pcm = test::noise(6.5, 0.5, 0.5, 1);
    const std::vector<std::size_t> blocks{1, 4096, 0, 333, 20000};
    const std::vector<float> expected = patches_of(pcm);
    EXPECT_EQ(expected.size(), 2 * k_patch_size);
    EXPECT_EQ(patches_of(pcm, blocks), expected);
}

TEST(LogMelPatches, TakeExactlyThatManySamples) {
    std::vector<float> pcm = test::noise(6.1, 0.5, 0.5, 2);
    const std::size_t two_patches = 512 + (2 * 187 - 1) * 256;
    pcm.resize(two_patches);
    EXPECT_EQ(patches_of(pcm).size(), 2 * k_patch_size);
    pcm.pop_back();
    EXPECT_EQ(patches_of(pcm).size(), k_patch_size);
}

TEST(LogMelPatches, RepeatAShortTrackUntilItGivesOnePatch) {
    const std::vector<float> pcm = test::noise(1.1, 0.5, 0.5, 3);
    std::vector<float> repeated;
    while (repeated.size() < 48128) {
        repeated.push_back(pcm[repeated.size() % pcm.size()]);
    }
    const std::vector<float> expected = patches_of(repeated);
    ASSERT_EQ(expected.size(), k_patch_size);
    EXPECT_EQ(patches_of(pcm), expected);
    const std::vector<std::size_t> blocks{100, 1};
    EXPECT_EQ(patches_of(pcm, blocks), expected);
}

TEST(LogMelPatches, NeedAtLeastOneSample) {
    EXPECT_TRUE(patches_of({}).empty());
    const std::vector<float> one{0.5F};
    EXPECT_EQ(patches_of(one).size(), k_patch_size);
}

TEST(LogMelPatches, AreZeroForSilence) {
    const std::vector<float> silence(60000);
    EXPECT_EQ(patches_of(silence), std::vector<float>(k_patch_size));
}

} // namespace
} // namespace audiomuse::dsp
