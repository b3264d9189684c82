#pragma once

namespace audiomuse::sandbox {

/// True in builds with AddressSanitizer or ThreadSanitizer. Their shadow memory breaks every bound on memory, so such builds
/// leave RLIMIT_DATA out and watch a much larger resident size.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool k_sanitized_build = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool k_sanitized_build = true;
#else
inline constexpr bool k_sanitized_build = false;
#endif
#else
inline constexpr bool k_sanitized_build = false;
#endif

} // namespace audiomuse::sandbox
