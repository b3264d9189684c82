#pragma once

#include <chrono>

#include <net/failure.hpp>

namespace audiomuse::net::detail {

/// Whether another attempt may follow a failed one.
enum class Again {
    never,
    if_repeatable, ///< the server may have acted on the request
    always         ///< the server has not acted on it
};

/// An attempt that failed.
struct Setback {
    Failure failure;
    Again again = Again::never;
    bool ran_into_time_limit = false;
    std::chrono::milliseconds retry_after{0}; ///< what the server asked for
};

} // namespace audiomuse::net::detail
