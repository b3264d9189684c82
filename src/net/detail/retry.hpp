#pragma once

#include <chrono>

#include <net/detail/setback.hpp>
#include <net/http_client.hpp>

namespace audiomuse::net::detail {

/// How often one request was tried.
struct Attempts {
    int made = 0;
    int ran_into_time_limit = 0;
};

/// Whether the request may be sent once more after this setback, which `attempts` counts already.
[[nodiscard]] bool may_repeat(const RetrySettings& settings, const Request& request, const Setback& setback, Attempts attempts);

/// How long to wait before the next attempt. `luck` is drawn evenly from [0, 1).
[[nodiscard]] std::chrono::milliseconds pause_before_next(const RetrySettings& settings, const Setback& setback,
                                                          Attempts attempts, double luck);

} // namespace audiomuse::net::detail
