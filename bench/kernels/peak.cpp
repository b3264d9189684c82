#include "peak.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/peak.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace audiomuse::bench::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

float chains(std::size_t rounds) {
    const hn::ScalableTag<float> d;
    const auto factor = hn::Set(d, 0.999F);
    const auto summand = hn::Set(d, 0.001F);
    auto a = hn::Set(d, 1.0F), b = hn::Set(d, 1.1F), c = hn::Set(d, 1.2F), e = hn::Set(d, 1.3F), f = hn::Set(d, 1.4F),
         g = hn::Set(d, 1.5F), h = hn::Set(d, 1.6F), i = hn::Set(d, 1.7F), j = hn::Set(d, 1.8F), k = hn::Set(d, 1.9F),
         l = hn::Set(d, 2.0F), m = hn::Set(d, 2.1F);
    for (std::size_t round = 0; round < rounds; ++round) {
        a = hn::MulAdd(a, factor, summand);
        b = hn::MulAdd(b, factor, summand);
        c = hn::MulAdd(c, factor, summand);
        e = hn::MulAdd(e, factor, summand);
        f = hn::MulAdd(f, factor, summand);
        g = hn::MulAdd(g, factor, summand);
        h = hn::MulAdd(h, factor, summand);
        i = hn::MulAdd(i, factor, summand);
        j = hn::MulAdd(j, factor, summand);
        k = hn::MulAdd(k, factor, summand);
        l = hn::MulAdd(l, factor, summand);
        m = hn::MulAdd(m, factor, summand);
    }
    const auto sum = [](auto x, auto y, auto z) HWY_ATTR { return hn::Add(hn::Add(x, y), z); };
    return hn::GetLane(hn::Add(sum(sum(a, b, c), sum(e, f, g), h), sum(sum(i, j, k), l, m)));
}

} // namespace
} // namespace audiomuse::bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <nn/detail/dispatch.hpp>

namespace audiomuse::bench {
HWY_EXPORT(chains);

std::size_t operations_of_a_round(nn::InstructionSet set) noexcept { return std::size_t{2} * 12 * nn::lane_count(set); }

float multiply_and_add(nn::InstructionSet set, std::size_t rounds) noexcept {
    return nn::detail::function_for(HWY_DISPATCH_TABLE(chains), set)(rounds);
}

} // namespace audiomuse::bench
#endif
