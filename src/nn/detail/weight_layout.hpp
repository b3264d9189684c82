#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include <zlib.h>

/// The byte layout of docs/weight-file.md. Structures are copied to and from the file as they are: little-endian, no padding.
namespace audiomuse::nn::detail {

static_assert(std::endian::native == std::endian::little, "weight files are little-endian and are read by copying");

inline constexpr std::size_t k_alignment = 64;
inline constexpr std::uint32_t k_format_version = 1;
inline constexpr std::size_t k_max_tensors = 1024;
inline constexpr std::size_t k_max_rank = 4;

struct Header {
    char magic[8]; // NOLINT(*-avoid-c-arrays): a file layout
    std::uint32_t format_version;
    std::uint32_t tensor_count;
    std::uint64_t file_size;
    char model_name[32]; // NOLINT(*-avoid-c-arrays)
    std::uint32_t reserved;
    std::uint32_t checksum; ///< CRC-32 of the header before this field, then of the table
};
static_assert(sizeof(Header) == 64);

struct Entry {
    char name[60]; // NOLINT(*-avoid-c-arrays)
    std::uint32_t rank;
    std::uint32_t dimensions[k_max_rank]; // NOLINT(*-avoid-c-arrays)
    std::uint64_t offset;
    std::uint32_t checksum; ///< CRC-32 of the values
    std::uint32_t reserved;
};
static_assert(sizeof(Entry) == 96);

inline constexpr char k_magic[8] = {'A', 'M', 'W', 'E', 'I', 'G', 'H', 'T'}; // NOLINT(*-avoid-c-arrays)

[[nodiscard]] constexpr std::uint64_t align_up(std::uint64_t offset) noexcept {
    return (offset + k_alignment - 1) / k_alignment * k_alignment;
}

/// CRC-32 as zlib and Python's zlib.crc32() compute it, going on from `before`.
[[nodiscard]] inline std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before = 0) noexcept {
    return static_cast<std::uint32_t>(::crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

} // namespace audiomuse::nn::detail
