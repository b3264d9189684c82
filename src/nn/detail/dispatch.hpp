#pragma once

#include <cstddef>
#include <cstdint>

#include <hwy/targets.h>

#include <nn/instruction_set.hpp>

namespace audiomuse::nn::detail {

/// Highway's bit for a set.
[[nodiscard]] std::int64_t highway_target(InstructionSet set) noexcept;

/// The entry of a table made by HWY_EXPORT that was compiled for `set`. Chosen by argument, not by Highway's global state, so
/// that networks of different sets can live side by side in one process.
template <class Function, std::size_t Size>
[[nodiscard]] Function function_for(Function const (&table)[Size], InstructionSet set) noexcept { // NOLINT(*-avoid-c-arrays)
    if constexpr (Size == 1) {
        return table[0];
    } else {
        const std::int64_t mask = HWY_CHOSEN_TARGET_SHIFT(highway_target(set)) | HWY_CHOSEN_TARGET_MASK_SCALAR;
        return table[hwy::Num0BitsBelowLS1Bit_Nonzero64(static_cast<std::uint64_t>(mask))];
    }
}

} // namespace audiomuse::nn::detail
