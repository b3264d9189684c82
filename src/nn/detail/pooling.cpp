#include <nn/detail/pooling.hpp>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/detail/pooling.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace audiomuse::nn::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

void pool(const float* HWY_RESTRICT features, float* HWY_RESTRICT pooled) {
    const hn::ScalableTag<float> d;
    const std::size_t lanes = hn::Lanes(d);
    const auto weight = hn::Set(d, 1.0F / static_cast<float>(k_patch_frames));
    // Two columns of vectors at a time: enough independent chains to hide the latency of the additions.
    for (std::size_t column = 0; column < nn::detail::k_feature_stride; column += 2 * lanes) {
        const float* row = features + column;
        auto maximum0 = hn::Load(d, row);
        auto maximum1 = hn::Load(d, row + lanes);
        auto sum0 = maximum0;
        auto sum1 = maximum1;
        for (std::size_t frame = 1; frame < k_patch_frames; ++frame) {
            row += nn::detail::k_feature_stride;
            const auto value0 = hn::Load(d, row);
            const auto value1 = hn::Load(d, row + lanes);
            maximum0 = hn::Max(maximum0, value0);
            maximum1 = hn::Max(maximum1, value1);
            sum0 = hn::Add(sum0, value0);
            sum1 = hn::Add(sum1, value1);
        }
        hn::Store(maximum0, d, pooled + column);
        hn::Store(maximum1, d, pooled + column + lanes);
        hn::Store(hn::Mul(sum0, weight), d, pooled + nn::detail::k_feature_stride + column);
        hn::Store(hn::Mul(sum1, weight), d, pooled + nn::detail::k_feature_stride + column + lanes);
    }
}

} // namespace
} // namespace audiomuse::nn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <nn/detail/dispatch.hpp>

namespace audiomuse::nn {
HWY_EXPORT(pool);

detail::PoolingFunction detail::pooling_function(InstructionSet set) noexcept {
    return function_for(HWY_DISPATCH_TABLE(pool), set);
}

} // namespace audiomuse::nn
#endif
