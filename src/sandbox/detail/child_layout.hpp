#pragma once

#include <cstddef>

/// What Spawner and enter_child() agree on.
namespace audiomuse::sandbox::detail {

inline constexpr int k_channel_descriptor = 3;
inline constexpr int k_first_descriptor = 4; ///< of the request's descriptors; the executable's own follows the last of them
inline constexpr std::size_t k_max_descriptors = 16;
/// "PARENT_PID:DESCRIPTOR_COUNT"
inline constexpr const char* k_layout_variable = "AUDIOMUSE_CHILD";

} // namespace audiomuse::sandbox::detail
