#include <nn/detail/gemm.hpp>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/detail/gemm.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace audiomuse::nn::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::ScalableTag<float>;
using Vector = hn::Vec<Tag>;

constexpr std::size_t k_lanes = hn::MaxLanes(Tag());
constexpr std::size_t k_tile_rows = k_lanes == 16 ? 10 : 5;

/// `Rows` rows of one block of columns.
template <std::size_t Rows>
HWY_NOINLINE void multiply_tile(const nn::detail::GemmArguments& g, std::size_t row, std::size_t block) {
    const Tag d;
    const float* HWY_RESTRICT a = g.a + row * g.a_stride;
    const float* HWY_RESTRICT b = g.b + block * g.inner * 2 * k_lanes;
    Vector left[Rows];
    Vector right[Rows];
    HWY_UNROLL(10)
    for (std::size_t r = 0; r < Rows; ++r) {
        left[r] = right[r] = hn::Zero(d);
    }
    for (std::size_t k = 0; k < g.inner; ++k) {
        const Vector b_left = hn::Load(d, b + k * 2 * k_lanes);
        const Vector b_right = hn::Load(d, b + k * 2 * k_lanes + k_lanes);
        HWY_UNROLL(10)
        for (std::size_t r = 0; r < Rows; ++r) {
            const Vector value = hn::Set(d, a[r * g.a_stride + k]);
            left[r] = hn::MulAdd(value, b_left, left[r]);
            right[r] = hn::MulAdd(value, b_right, right[r]);
        }
    }
    float* HWY_RESTRICT out = g.out + row * g.out_stride + block * 2 * k_lanes;
    HWY_UNROLL(10)
    for (std::size_t r = 0; r < Rows; ++r) {
        hn::Store(left[r], d, out + r * g.out_stride);
        hn::Store(right[r], d, out + r * g.out_stride + k_lanes);
    }
}

/// The last rows, fewer than a whole tile.
template <std::size_t Rows>
HWY_INLINE void multiply_rest(const nn::detail::GemmArguments& g, std::size_t row, std::size_t block) {
    if (g.rows - row == Rows) {
        multiply_tile<Rows>(g, row, block);
    } else if constexpr (Rows > 1) {
        multiply_rest<Rows - 1>(g, row, block);
    }
}

void multiply(const nn::detail::GemmArguments& g) {
    const std::size_t blocks = (g.columns + 2 * k_lanes - 1) / (2 * k_lanes);
    for (std::size_t block = 0; block < blocks; ++block) {
        std::size_t row = 0;
        for (; row + k_tile_rows <= g.rows; row += k_tile_rows) {
            multiply_tile<k_tile_rows>(g, row, block);
        }
        multiply_rest<k_tile_rows - 1>(g, row, block);
    }
}

} // namespace
} // namespace audiomuse::nn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>

#include <nn/detail/dispatch.hpp>
#include <nn/detail/sizes.hpp>

namespace audiomuse::nn {
HWY_EXPORT(multiply);

namespace detail {

GemmFunction gemm_function(InstructionSet set) noexcept { return function_for(HWY_DISPATCH_TABLE(multiply), set); }

std::size_t padded_columns(std::size_t columns, std::size_t lanes) noexcept { return round_up(columns, 2 * lanes); }

std::size_t gemm_weights_size(std::size_t inner, std::size_t columns, std::size_t lanes) noexcept {
    return inner * padded_columns(columns, lanes);
}

void prepare_gemm(std::span<const float> b, std::size_t columns, std::size_t lanes, std::span<float> prepared) {
    const std::size_t inner = b.size() / columns;
    const std::size_t width = 2 * lanes;
    for (std::size_t first = 0; first < columns; first += width) {
        const std::size_t used = std::min(width, columns - first);
        for (std::size_t k = 0; k < inner; ++k) {
            const auto out = prepared.subspan(first * inner + k * width, width);
            std::ranges::copy(b.subspan(k * columns + first, used), out.begin());
            std::ranges::fill(out.subspan(used), 0.0F);
        }
    }
}

} // namespace detail
} // namespace audiomuse::nn
#endif
