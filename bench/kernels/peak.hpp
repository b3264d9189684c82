#pragma once

#include <cstddef>

#include <nn/instruction_set.hpp>

namespace audiomuse::bench {

/// Floating-point operations of one round: multiplications and additions of twelve vectors that do not depend on each other.
[[nodiscard]] std::size_t operations_of_a_round(nn::InstructionSet set) noexcept;

/// The most arithmetic that a thread can do with this set: `rounds` rounds on registers alone. The result only keeps them from
/// being left out.
[[nodiscard]] float multiply_and_add(nn::InstructionSet set, std::size_t rounds) noexcept;

} // namespace audiomuse::bench
