#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace audiomuse::store::detail {

/// Values as stored: float32, little-endian.
template <std::size_t N>
[[nodiscard]] std::array<std::byte, N * 4> to_little_endian(const std::array<float, N>& values) noexcept {
    std::array<std::byte, N * 4> bytes{};
    for (std::size_t i = 0; i < N; ++i) {
        const auto bits = std::bit_cast<std::uint32_t>(values[i]);
        for (std::size_t k = 0; k < 4; ++k) {
            bytes[i * 4 + k] = static_cast<std::byte>(bits >> (8 * k));
        }
    }
    return bytes;
}

/// False when the number of bytes is not that of N values.
template <std::size_t N>
[[nodiscard]] bool from_little_endian(std::string_view bytes, std::array<float, N>& values) noexcept {
    if (bytes.size() != N * 4) {
        return false;
    }
    for (std::size_t i = 0; i < N; ++i) {
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 4; ++k) {
            bits |= std::uint32_t{static_cast<unsigned char>(bytes[i * 4 + k])} << (8 * k);
        }
        values[i] = std::bit_cast<float>(bits);
    }
    return true;
}

} // namespace audiomuse::store::detail
