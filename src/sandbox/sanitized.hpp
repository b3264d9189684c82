#pragma once

namespace audiomuse::sandbox {

/// True in builds with AddressSanitizer or ThreadSanitizer. Their shadow memory breaks every bound on memory, so such builds
/// leave RLIMIT_DATA out and watch a much larger resident size.
#ifdef AUDIOMUSE_SANITIZED
inline constexpr bool k_sanitized_build = true;
#else
inline constexpr bool k_sanitized_build = false;
#endif

} // namespace audiomuse::sandbox
