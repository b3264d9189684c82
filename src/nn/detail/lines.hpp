#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace audiomuse::nn::detail {

/// One cache line: a vector of these is memory aligned for every instruction set.
struct alignas(64) Line {
    std::array<float, 16> values{};
};

[[nodiscard]] inline std::span<float> values_of(std::vector<Line>& lines) noexcept {
    return {lines.empty() ? nullptr : lines.front().values.data(), lines.size() * 16};
}

} // namespace audiomuse::nn::detail
