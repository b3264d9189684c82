#include <net/detail/retry.hpp>

#include <algorithm>

namespace audiomuse::net::detail {

namespace {

constexpr int k_most_time_limits = 2;

} // namespace

bool may_repeat(const RetrySettings& settings, const Request& request, const Setback& setback, Attempts attempts) {
    if (attempts.made >= settings.attempts || attempts.ran_into_time_limit >= k_most_time_limits) {
        return false;
    }
    switch (setback.again) {
    case Again::never: return false;
    case Again::if_repeatable: return request.method != Method::post || request.repeat == Repeat::safe;
    case Again::always: return true;
    }
    return false;
}

std::chrono::milliseconds pause_before_next(const RetrySettings& settings, const Setback& setback, Attempts attempts,
                                            double luck) {
    const auto shrink = [](std::chrono::milliseconds whole, double factor) {
        return std::chrono::milliseconds(
            static_cast<std::chrono::milliseconds::rep>(static_cast<double>(whole.count()) * factor));
    };
    if (setback.retry_after.count() > 0) {
        // A little later than asked for, so that many clients do not all come back at once.
        return std::min(setback.retry_after, settings.longest_retry_after) + shrink(settings.first_pause, luck);
    }
    auto pause = settings.first_pause;
    for (int i = 1; i < attempts.made && pause < settings.longest_pause; ++i) {
        pause *= 2;
    }
    return shrink(std::min(pause, settings.longest_pause), 0.5 + luck / 2);
}

} // namespace audiomuse::net::detail
