#include <audio/detail/verdict.hpp>

namespace audiomuse::audio::detail {

Verdict judge(const Yield& yield) noexcept {
    if (yield.decoded_s <= 0) {
        return Verdict::damaged;
    }
    const bool ends_early = yield.announced_s && yield.decoded_s < 0.97 * *yield.announced_s - 0.5;
    const bool many_bad_packets = yield.damaged_packets * 50 > yield.good_packets + yield.damaged_packets;
    if (!ends_early && !many_bad_packets && !yield.ended_by_error) {
        return Verdict::whole;
    }
    const bool half_is_there =
        yield.announced_s ? yield.decoded_s >= *yield.announced_s / 2 : yield.good_packets >= yield.damaged_packets;
    return yield.decoded_s >= 30 && half_is_there ? Verdict::partial : Verdict::damaged;
}

} // namespace audiomuse::audio::detail
