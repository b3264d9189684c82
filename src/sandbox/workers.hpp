#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace audiomuse::sandbox {

/// What this process may use of the machine.
struct MachineLimits {
    int cores = 1;                             ///< those that the scheduler may use for this process
    std::optional<double> cpu_quota;           ///< in cores, of the tightest control group (v2 or v1); absent when none is set
    std::optional<std::uint64_t> memory_bytes; ///< the least of the machine's memory and every control group's limit

    friend bool operator==(const MachineLimits&, const MachineLimits&) = default;
};

/// Reads the scheduler's affinity and, below `root`, /proc and /sys/fs/cgroup. What cannot be read sets no limit.
[[nodiscard]] MachineLimits machine_limits(const std::filesystem::path& root = "/");

/// The least of the cores, the CPU quota, and (memory - 300 MiB) / 256 MiB; at least 1.
[[nodiscard]] int worker_count(const MachineLimits& limits) noexcept;

/// How many analysis processes run unless the owner says otherwise.
[[nodiscard]] int default_worker_count();

} // namespace audiomuse::sandbox
