#pragma once

#include <cstddef>
#include <span>

#include <nn/instruction_set.hpp>

/// Matrix product with a prepared right-hand side.
///
/// out[r][c] = sum over k of a[r][k] * b[k][c]. b is stored in blocks of 2 * lanes columns, [block][k][2 * lanes], the last block
/// filled up with zeros. A tile of 10 rows (5 where there are 16 registers) by one block stays in registers over all k; each
/// value of a is broadcast, so that nothing is shuffled.
namespace audiomuse::nn::detail {

struct GemmArguments {
    const float* a = nullptr;
    std::size_t a_stride = 0; ///< from row to row
    std::size_t rows = 0;
    std::size_t inner = 0;    ///< how many k there are
    const float* b = nullptr; ///< prepared by prepare_gemm(); aligned to 64 bytes
    std::size_t columns = 0;
    float* out = nullptr;       ///< aligned to 64 bytes; whole blocks are written, beyond `columns` zeros
    std::size_t out_stride = 0; ///< at least padded_columns(), a multiple of 16
};

using GemmFunction = void (*)(const GemmArguments&);
[[nodiscard]] GemmFunction gemm_function(InstructionSet set) noexcept;

/// Columns filled up to whole blocks.
[[nodiscard]] std::size_t padded_columns(std::size_t columns, std::size_t lanes) noexcept;
/// How many floats a prepared b has.
[[nodiscard]] std::size_t gemm_weights_size(std::size_t inner, std::size_t columns, std::size_t lanes) noexcept;
/// Reorders b, [inner][columns] in C order.
void prepare_gemm(std::span<const float> b, std::size_t columns, std::size_t lanes, std::span<float> prepared);

} // namespace audiomuse::nn::detail
