#include <nn/weight_file.hpp>

#include <array>
#include <cstring>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <base/files.hpp>
#include <nn/detail/weight_layout.hpp>

namespace audiomuse::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<float> k_bias = {42};
const std::vector<float> k_kernel = {1, -2.5, 3, 0.125, 5, -6};

std::vector<std::byte> two_tensors() {
    const std::array<NewTensor, 2> tensors = {NewTensor{"dense/kernel", {2, 3}, k_kernel}, NewTensor{"bias", {1}, k_bias}};
    return encode_weight_file("MSD_musicnn", tensors);
}

/// Changes header or table by hand and puts the checksum right again, so that the check behind it is reached.
std::vector<std::byte> forged(const std::function<void(detail::Header&, std::array<detail::Entry, 2>&)>& change) {
    auto bytes = two_tensors();
    detail::Header header{};
    std::array<detail::Entry, 2> table{};
    std::memcpy(&header, bytes.data(), sizeof(header));
    std::memcpy(table.data(), bytes.data() + sizeof(header), sizeof(table));
    change(header, table);
    header.checksum =
        detail::crc32(std::as_bytes(std::span(table)),
                      detail::crc32(std::as_bytes(std::span(&header, 1)).first(offsetof(detail::Header, checksum))));
    std::memcpy(bytes.data(), &header, sizeof(header));
    std::memcpy(bytes.data() + sizeof(header), table.data(), sizeof(table));
    return bytes;
}

std::string refusal(std::span<const std::byte> bytes) {
    const auto file = WeightFile::parse(bytes);
    return file ? "taken" : file.error().message;
}

TEST(WeightFile, WhatIsWrittenIsRead) {
    auto file = WeightFile::parse(two_tensors()).value();
    // The values must not hang on the object's own place.
    const WeightFile moved = std::move(file);
    EXPECT_EQ(moved.model_name(), "MSD_musicnn");
    ASSERT_EQ(moved.tensors().size(), 2U);
    EXPECT_EQ(moved.tensors()[0].name, "bias");
    EXPECT_THAT(moved.tensors()[0].shape, ElementsAre(1));
    EXPECT_EQ(moved.tensors()[1].name, "dense/kernel");
    const std::array<std::size_t, 2> shape = {2, 3};
    EXPECT_THAT(moved.find("dense/kernel", shape).value(), ElementsAre(1, -2.5F, 3, 0.125F, 5, -6));
}

TEST(WeightFile, ThePythonWriterMakesTheSameBytes) {
    const auto text = read_file(AUDIOMUSE_TEST_DATA "/musicnn/two_tensors.weights", 1000).value();
    const auto bytes = two_tensors();
    EXPECT_EQ(text, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

TEST(WeightFile, NeedsNoAlignment) {
    const auto bytes = two_tensors();
    std::vector<std::byte> shifted(bytes.size() + 1);
    std::memcpy(shifted.data() + 1, bytes.data(), bytes.size());
    EXPECT_TRUE(WeightFile::parse(std::span(shifted).subspan(1)));
}

TEST(WeightFile, FindTellsWhatIsMissingOrOfAnotherShape) {
    const auto file = WeightFile::parse(two_tensors()).value();
    const std::array<std::size_t, 2> shape = {3, 2};
    EXPECT_EQ(file.find("dense/kernel", shape).error().message, "Tensor dense/kernel has the shape 2x3 instead of 3x2.");
    EXPECT_EQ(file.find("dense", shape).error().message, "The weight file of MSD_musicnn has no tensor dense.");
    EXPECT_EQ(file.find("zzz", shape).error().code, ErrorCode::damaged);
}

TEST(WeightFile, EveryChangedByteIsNoticed) {
    const auto good = two_tensors();
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto bytes = good;
        bytes[i] ^= std::byte{0x10};
        const auto file = WeightFile::parse(bytes);
        ASSERT_FALSE(file) << "byte " << i;
        EXPECT_TRUE(file.error().code == ErrorCode::damaged || file.error().code == ErrorCode::unsupported_version)
            << "byte " << i;
    }
}

TEST(WeightFile, EveryOtherLengthIsNoticed) {
    const auto good = two_tensors();
    for (std::size_t length = 0; length < good.size(); ++length) {
        EXPECT_FALSE(WeightFile::parse(std::span(good).first(length))) << length;
    }
    auto longer = good;
    longer.push_back(std::byte{0});
    EXPECT_THAT(refusal(longer), HasSubstr("has 345 bytes, but its header says 344"));
}

TEST(WeightFile, TellsWhatItIsThatIsNoWeightFile) {
    const std::string text = "RIFF....WAVEfmt ................................................................";
    EXPECT_EQ(refusal(std::as_bytes(std::span(text))), "This is no weight file: it does not begin as one.");
    EXPECT_EQ(refusal(forged([](auto& header, auto&) { header.format_version = 2; })),
              "The weight file has format version 2, but this program reads version 1.");
    EXPECT_EQ(WeightFile::parse(forged([](auto& header, auto&) { header.format_version = 2; })).error().code,
              ErrorCode::unsupported_version);
    const std::vector<std::byte> huge = [] {
        auto bytes = two_tensors();
        bytes.resize(WeightFile::k_max_bytes + 1);
        return bytes;
    }();
    EXPECT_EQ(refusal(huge), "This is no weight file: it has more than 64 MiB.");
}

TEST(WeightFile, HostileNumbersAreRefusedWithAReason) {
    const auto reason = [](auto change) { return refusal(forged(change)); };
    EXPECT_EQ(reason([](auto&, auto&) {}), "taken");
    EXPECT_THAT(reason([](auto& header, auto&) { header.tensor_count = 0; }), HasSubstr("cannot have 0 tensors"));
    EXPECT_THAT(reason([](auto& header, auto&) { header.tensor_count = 0xFFFFFFFF; }),
                HasSubstr("cannot have 4294967295 tensors"));
    EXPECT_THAT(reason([](auto& header, auto&) { header.tensor_count = 4; }), HasSubstr("cannot have 4 tensors"));
    EXPECT_THAT(reason([](auto& header, auto&) { header.reserved = 1; }), HasSubstr("reserved field"));
    EXPECT_THAT(reason([](auto& header, auto&) { header.model_name[0] = '\0'; }), HasSubstr("no proper name"));
    EXPECT_THAT(reason([](auto&, auto& table) { table[0].rank = 0; }), HasSubstr("bias has an impossible shape"));
    EXPECT_THAT(reason([](auto&, auto& table) { table[1].rank = 5; }), HasSubstr("dense/kernel has an impossible shape"));
    EXPECT_THAT(reason([](auto&, auto& table) { table[1].rank = 1; }), HasSubstr("dense/kernel has an impossible shape"));
    EXPECT_THAT(reason([](auto&, auto& table) { table[1].dimensions[0] = 0; }), HasSubstr("impossible shape"));
    EXPECT_THAT(reason([](auto&, auto& table) {
                    table[1].rank = 4;
                    std::ranges::fill(table[1].dimensions, 0x10000U); // 2^64 values, which is 0 in 64 bits
                }),
                HasSubstr("impossible shape"));
    EXPECT_THAT(reason([](auto&, auto& table) { table[1].reserved = 7; }), HasSubstr("impossible shape"));
    EXPECT_THAT(reason([](auto&, auto& table) { table[1].offset = table[0].offset; }), HasSubstr("dense/kernel is not where"));
    EXPECT_THAT(reason([](auto&, auto& table) { table[1].offset = 0xFFFFFFFFFFFFFFC0; }), HasSubstr("dense/kernel is not where"));
    EXPECT_THAT(reason([](auto&, auto& table) { table[1].dimensions[0] = 3; }), HasSubstr("dense/kernel is not where"));
    EXPECT_THAT(reason([](auto&, auto& table) { table[1].dimensions[0] = 1; }), HasSubstr("checksum of tensor dense/kernel"));
    EXPECT_THAT(reason([](auto&, auto& table) { std::swap(table[0].name, table[1].name); }), HasSubstr("not in order"));
    EXPECT_THAT(reason([](auto&, auto& table) { std::memcpy(table[1].name, table[0].name, 60); }), HasSubstr("not in order"));
    EXPECT_THAT(reason([](auto&, auto& table) { std::memset(table[1].name, 'x', 60); }), HasSubstr("not proper"));
    EXPECT_THAT(reason([](auto&, auto& table) { table[1].name[2] = '\n'; }), HasSubstr("not proper"));
    EXPECT_THAT(reason([](auto&, auto& table) { table[1].name[40] = 'x'; }), HasSubstr("not proper"));
}

TEST(WeightFile, TheWriterRefusesWhatTheFormatCannotHold) {
    const auto encode = [](std::string name, std::vector<std::size_t> shape) {
        const std::array<NewTensor, 1> tensors = {NewTensor{std::move(name), std::move(shape), k_kernel}};
        return encode_weight_file("model", tensors);
    };
    EXPECT_NO_THROW(encode("ok", {6}));
    EXPECT_THROW(encode("", {6}), std::invalid_argument);
    EXPECT_THROW(encode(std::string(60, 'x'), {6}), std::invalid_argument);
    EXPECT_THROW(encode("count", {5}), std::invalid_argument);
    EXPECT_THROW(encode("rank", {}), std::invalid_argument);
    EXPECT_THROW(encode("rank", {1, 1, 1, 1, 6}), std::invalid_argument);
    EXPECT_THROW(static_cast<void>(encode_weight_file("none", {})), std::invalid_argument);
}

} // namespace
} // namespace audiomuse::nn
