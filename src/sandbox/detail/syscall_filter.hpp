#pragma once

#include <sandbox/confinement.hpp>

namespace audiomuse::sandbox::detail {

/// A seccomp filter (libseccomp) for all threads of the process: see confine_self(). Needs no_new_privileges.
[[nodiscard]] Layer apply_syscall_filter();

} // namespace audiomuse::sandbox::detail
