#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace audiomuse::sandbox {

/// `background`: nice 10, SCHED_BATCH and low I/O priority, so that the server answers while all cores analyse.
enum class Priority { normal, background };

/// What a confined process may use over its whole life.
struct Limits {
    std::uint64_t data_bytes = 256ULL << 20U; ///< private writable memory (RLIMIT_DATA); not applied in sanitizer builds
    std::chrono::seconds cpu_time = std::chrono::hours(12);
    std::uint64_t open_files = 32;
    Priority priority = Priority::background;
};

enum class LayerState {
    active,
    weakened,   ///< applied with a gap that `detail` names
    unavailable ///< the kernel refused it, as `detail` says
};

/// One means of confinement.
struct Layer {
    std::string name; ///< "limits", "no_new_privileges", "landlock", "capabilities" or "seccomp"
    LayerState state = LayerState::unavailable;
    std::string detail; ///< a few words for people

    friend bool operator==(const Layer&, const Layer&) = default;
};

struct ConfinementReport {
    std::vector<Layer> layers;

    /// True when every layer is active.
    [[nodiscard]] bool complete() const noexcept;
    /// "limits, landlock (ABI 7), seccomp; not: capabilities (...)": one line for logs and `doctor`.
    [[nodiscard]] std::string summary() const;

    friend bool operator==(const ConfinementReport&, const ConfinementReport&) = default;
};

/// Gives up, for good, all that decoding does not need: no file can be opened, no socket made, no process started, no other
/// program run, no memory made executable, no signal sent; what is open already can be read and written. A forbidden system call
/// fails with EPERM (clone3 with ENOSYS); one that only an attacker makes (execve, ptrace, bpf, mount, ...) ends the process with
/// SIGSYS.
///
/// Call once, before the first hostile byte is read, in a process of one thread, with everything warm that needs files. Applies
/// each layer that this kernel has and reports on all of them. In builds with sanitizers, RLIMIT_DATA is left out; there is no
/// other gap.
[[nodiscard]] ConfinementReport confine_self(const Limits& limits);

} // namespace audiomuse::sandbox
