#pragma once

#include <base/result.hpp>

namespace audiomuse::cluster {

/// The error of work that was stopped on request.
[[nodiscard]] inline tl::unexpected<Error> cancelled() { return fail(ErrorCode::cancelled, "The clustering was cancelled."); }

} // namespace audiomuse::cluster
