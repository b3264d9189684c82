#pragma once

#include <sandbox/confinement.hpp>

namespace audiomuse::sandbox::detail {

/// Landlock with no rule at all: no path can be opened, made, removed or run; no TCP port bound or connected (ABI 4); no abstract
/// Unix socket and no signal reaches outside (ABI 6). Needs no_new_privileges.
[[nodiscard]] Layer apply_landlock();

} // namespace audiomuse::sandbox::detail
