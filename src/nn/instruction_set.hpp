#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include <base/result.hpp>

namespace audiomuse::nn {

/// For what the kernels exist. Each is compiled in on its architecture; the CPU decides at run time which can be used.
enum class InstructionSet {
    scalar, ///< one value at a time, on any CPU
    ssse3,  ///< x86-64, 4 values
    avx2,   ///< x86-64 with AVX2 and FMA, 8 values
    avx512, ///< x86-64 with AVX-512 F, BW, CD, DQ and VL, 16 values
    neon    ///< arm64, 4 values
};

/// "scalar", "ssse3", "avx2", "avx512" or "neon".
[[nodiscard]] std::string_view to_string(InstructionSet set) noexcept;

/// The set of a name as to_string() gives it; also "sse4", which is ssse3 here, and "avx3", which is avx512. Else
/// invalid_argument.
[[nodiscard]] Result<InstructionSet> parse_instruction_set(std::string_view name);

/// What this CPU can run, best first; the last is always scalar.
[[nodiscard]] std::vector<InstructionSet> available_instruction_sets();

/// The best that this CPU can run, unless the environment variable AUDIOMUSE_ISA names another: for tests and for comparing
/// speed. invalid_argument when that is no name, or a set that this CPU cannot run.
[[nodiscard]] Result<InstructionSet> choose_instruction_set();

/// How many float32 values one vector of the set holds: 1, 4, 8 or 16.
[[nodiscard]] std::size_t lane_count(InstructionSet set) noexcept;

} // namespace audiomuse::nn
