#pragma once

#include <vector>

#include <base/fd.hpp>
#include <base/result.hpp>
#include <sandbox/channel.hpp>

namespace audiomuse::sandbox {

/// What a process that a Spawner started finds.
struct ChildSide {
    Channel channel;                   ///< to the parent; accepts descriptors
    std::vector<UniqueFd> descriptors; ///< those of SpawnRequest, in its order
};

/// The first thing that a child does, once, before it starts threads: it will die with the thread that started it, leaves no core
/// dump, and closes every descriptor that is not its own. Error: invalid_argument, when this process was not started by a
/// Spawner; unavailable, when the parent is gone already.
[[nodiscard]] Result<ChildSide> enter_child();

} // namespace audiomuse::sandbox
