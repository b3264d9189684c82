#include <nn/network.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include <nn/random_model.hpp>
#include <nn/reference_network.hpp>
#include <support/compare.hpp>

namespace audiomuse::nn {
namespace {

using audiomuse::test::all_close;

struct Model {
    Model()
        : bytes(test::weight_file_of(test::random_tensors(11))), file(WeightFile::parse(bytes).value()),
          weights(MusicnnWeights::from(file).value()) {}
    std::vector<std::byte> bytes;
    WeightFile file;
    MusicnnWeights weights;
};

class NetworkTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { s_model = std::make_unique<Model>(); }
    static void TearDownTestSuite() { s_model.reset(); }
    [[nodiscard]] static const Model& model() { return *s_model; }
    [[nodiscard]] static Network network(InstructionSet set) {
        return Network::create(PreparedNetwork::prepare(model().weights, set)).value();
    }
    [[nodiscard]] static std::vector<NetworkOutput> outputs_of(const Network& network, std::span<const float> patches) {
        std::vector<NetworkOutput> outputs(patches.size() / k_patch_values);
        NetworkScratch scratch;
        network.run(patches, outputs, scratch);
        return outputs;
    }

  private:
    static inline std::unique_ptr<Model> s_model;
};

TEST_F(NetworkTest, EveryInstructionSetAgreesWithTheOracle) {
    const auto patch = test::random_patches(1, 12);
    const auto expected = run_reference(model().weights, std::span<const float, k_patch_values>(patch));
    for (const InstructionSet set : available_instruction_sets()) {
        const Network fast = network(set);
        EXPECT_EQ(fast.instruction_set(), set);
        const auto outputs = outputs_of(fast, patch);
        EXPECT_TRUE(all_close(outputs[0].embedding, expected.embedding, {.absolute = 2e-5, .relative = 2e-5})) << to_string(set);
        EXPECT_TRUE(all_close(outputs[0].tags, expected.tags, {.absolute = 5e-6})) << to_string(set);
    }
}

TEST_F(NetworkTest, APatchGivesTheSameAloneAndAmongOthersAndInUsedScratch) {
    const auto patches = test::random_patches(11, 13);
    const Network fast = network(available_instruction_sets().front());
    NetworkScratch scratch;
    std::vector<NetworkOutput> together(11);
    fast.run(patches, together, scratch);
    for (std::size_t i = 0; i < together.size(); i += 2) {
        NetworkOutput alone;
        fast.run(std::span(patches).subspan(i * k_patch_values, k_patch_values), {&alone, 1}, scratch);
        EXPECT_EQ(alone.embedding, together[i].embedding) << i;
        EXPECT_EQ(alone.tags, together[i].tags) << i;
    }
}

TEST_F(NetworkTest, ThreadsShareOneNetwork) {
    const auto patches = test::random_patches(4, 14);
    const Network fast = network(available_instruction_sets().front());
    const auto expected = outputs_of(fast, patches);
    std::vector<NetworkOutput> actual(4);
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < actual.size(); ++i) {
        threads.emplace_back([&, i] {
            NetworkScratch scratch;
            fast.run(std::span(patches).subspan(i * k_patch_values, k_patch_values), {&actual[i], 1}, scratch);
        });
    }
    threads.clear();
    for (std::size_t i = 0; i < actual.size(); ++i) {
        EXPECT_EQ(actual[i].embedding, expected[i].embedding) << i;
    }
}

TEST_F(NetworkTest, SizesThatDoNotFitAreABug) {
    const Network fast = network(InstructionSet::scalar);
    NetworkScratch scratch;
    std::vector<NetworkOutput> outputs(2);
    EXPECT_THROW(fast.run(std::vector<float>(k_patch_values), outputs, scratch), std::invalid_argument);
    EXPECT_NO_THROW(fast.run({}, {}, scratch));
}

TEST_F(NetworkTest, PreparedBytesServeFromAnyPlace) {
    const InstructionSet set = available_instruction_sets().front();
    const Network original = network(set);
    std::vector<detail::Line> copy(original.prepared().bytes().size() / sizeof(detail::Line));
    std::memcpy(copy.data(), original.prepared().bytes().data(), original.prepared().bytes().size());
    const auto borrowed = Network::create(PreparedNetwork::from_bytes(std::as_bytes(std::span(copy)), set).value()).value();
    const auto patches = test::random_patches(1, 15);
    EXPECT_EQ(outputs_of(borrowed, patches)[0].embedding, outputs_of(original, patches)[0].embedding);
    EXPECT_LT(copy.size() * sizeof(detail::Line), 8U << 20U);
}

TEST_F(NetworkTest, DamagedOrForeignPreparedBytesAreRefused) {
    const PreparedNetwork good = PreparedNetwork::prepare(model().weights, InstructionSet::scalar);
    const auto refusal = [&](std::size_t offset, std::size_t length, std::size_t flip, InstructionSet set) {
        std::vector<detail::Line> copy(good.bytes().size() / sizeof(detail::Line) + 1);
        const auto bytes = std::as_writable_bytes(std::span(copy));
        std::memcpy(bytes.data() + offset, good.bytes().data(), good.bytes().size());
        bytes[offset + flip] ^= std::byte{1};
        const auto result = PreparedNetwork::from_bytes(bytes.subspan(offset, length), set);
        return result ? ErrorCode::internal : result.error().code;
    };
    const std::size_t size = good.bytes().size();
    EXPECT_EQ(refusal(0, size, 1000, InstructionSet::scalar), ErrorCode::damaged) << "values";
    EXPECT_EQ(refusal(0, size, size - 1, InstructionSet::scalar), ErrorCode::damaged) << "last value";
    EXPECT_EQ(refusal(0, size, 0, InstructionSet::scalar), ErrorCode::damaged) << "magic";
    EXPECT_EQ(refusal(0, size, 8, InstructionSet::scalar), ErrorCode::unsupported_version) << "version";
    EXPECT_EQ(refusal(0, size, 16, InstructionSet::scalar), ErrorCode::damaged) << "total size";
    EXPECT_EQ(refusal(0, size, 30, InstructionSet::scalar), ErrorCode::damaged) << "digest";
    EXPECT_EQ(refusal(0, size, size, InstructionSet::avx512), ErrorCode::unsupported_version) << "lanes";
    EXPECT_EQ(refusal(0, size - 64, 0, InstructionSet::scalar), ErrorCode::damaged);
    EXPECT_EQ(refusal(0, 63, 0, InstructionSet::scalar), ErrorCode::damaged);
    EXPECT_EQ(refusal(4, size, 0, InstructionSet::scalar), ErrorCode::invalid_argument) << "alignment";
    EXPECT_EQ(PreparedNetwork::from_bytes({}, InstructionSet::scalar).error().code, ErrorCode::damaged);
}

TEST_F(NetworkTest, LoadsAWeightFileOrTellsWhyNot) {
    const auto fast = Network::load(model().bytes);
    ASSERT_TRUE(fast);
    const auto available = available_instruction_sets();
    EXPECT_NE(std::ranges::find(available, fast->instruction_set()), available.end());
    auto damaged = model().bytes;
    damaged[damaged.size() / 2] ^= std::byte{4};
    EXPECT_EQ(Network::load(damaged).error().code, ErrorCode::damaged);
    EXPECT_EQ(Network::load({}).error().code, ErrorCode::damaged);
}

TEST_F(NetworkTest, ASetThatTheCpuCannotRunIsRefused) {
#ifdef __x86_64__
    const InstructionSet foreign = InstructionSet::neon;
#else
    const InstructionSet foreign = InstructionSet::avx2;
#endif
    EXPECT_EQ(Network::create(PreparedNetwork::prepare(model().weights, foreign)).error().code, ErrorCode::invalid_argument);
}

} // namespace
} // namespace audiomuse::nn
