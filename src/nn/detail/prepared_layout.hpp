#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace audiomuse::nn::detail {

/// Rises whenever the meaning of prepared bytes changes: a process takes only weights prepared by its own version.
inline constexpr std::uint32_t k_prepared_layout_version = 1;

struct PreparedHeader {
    std::array<char, 8> magic{'A', 'M', 'P', 'R', 'E', 'P', 'N', 'N'};
    std::uint32_t layout_version = k_prepared_layout_version;
    std::uint32_t lanes = 0;
    std::uint64_t total_bytes = 0; ///< with this header
    std::array<char, 32> digest{}; ///< of everything behind this header: Hash128 in hexadecimal
    float input_scale = 0;
    float input_shift = 0;
};
static_assert(sizeof(PreparedHeader) == 64);

/// Where each part lies, in float32 values behind the header. It follows from the lane count alone, so no offset is ever read
/// from prepared bytes. Each part begins on a multiple of 16 values.
struct PreparedLayout {
    explicit PreparedLayout(std::size_t lanes) noexcept;

    std::size_t band_transform = 0;
    std::array<std::size_t, 2> front{};
    std::array<std::size_t, 2> front_affine{};
    std::size_t temporal = 0;
    std::size_t temporal_affine = 0;
    std::array<std::size_t, 3> mid{};
    std::array<std::size_t, 3> mid_affine{};
    std::size_t hidden = 0;
    std::size_t hidden_bias = 0;
    std::size_t output = 0;
    std::size_t output_bias = 0;
    std::size_t total = 0;
};

} // namespace audiomuse::nn::detail
