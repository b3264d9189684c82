#include <sandbox/confinement.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <linux/ioprio.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <base/fd.hpp>
#include <sandbox/detail/landlock.hpp>
#include <sandbox/detail/syscall_filter.hpp>
#include <sandbox/sanitized.hpp>

#if defined(__has_include)
#if __has_include(<sanitizer/common_interface_defs.h>)
#include <sanitizer/common_interface_defs.h>
#endif
#endif

namespace audiomuse::sandbox {

namespace {

std::string reason(int error) { return std::generic_category().message(error); }

void lower_priority() {
    // Refusals do no harm here: the process then merely competes as an equal.
    ::setpriority(PRIO_PROCESS, 0, 10);
    const sched_param parameters{};
    ::sched_setscheduler(0, SCHED_BATCH, &parameters);
    ::syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 7));
}

/// Where memory runs out for the whole machine, the kernel shall take this process and not the server.
void volunteer_for_the_oom_killer() {
    const UniqueFd fd(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
    constexpr std::string_view k_score = "500";
    if (fd && ::write(fd.get(), k_score.data(), k_score.size()) < 0) {
        return; // it stays as it is
    }
}

Layer apply_limits(const Limits& limits) {
    struct Item {
        std::string_view name;
        int resource;
        rlim_t value;
    };
    std::vector<Item> items{
        {"core", RLIMIT_CORE, 0},
        {"file size", RLIMIT_FSIZE, 0},
        {"processes", RLIMIT_NPROC, 0},
        {"open files", RLIMIT_NOFILE, limits.open_files},
        {"CPU time", RLIMIT_CPU, static_cast<rlim_t>(limits.cpu_time.count())},
        {"message queues", RLIMIT_MSGQUEUE, 0},
        {"locked memory", RLIMIT_MEMLOCK, 0},
    };
    if constexpr (!k_sanitized_build) {
        items.push_back({"data", RLIMIT_DATA, limits.data_bytes});
    }
    Layer layer{"limits", LayerState::active, ""};
    for (const auto& [name, resource, value] : items) {
        rlimit current{};
        ::getrlimit(static_cast<__rlimit_resource>(resource), &current);
        const rlim_t wanted = std::min(value, current.rlim_max); // a limit may only be lowered
        const rlimit both{wanted, wanted};
        if (::setrlimit(static_cast<__rlimit_resource>(resource), &both) != 0) {
            layer.state = LayerState::weakened;
            layer.detail += fmt::format("{}{}: {}", layer.detail.empty() ? "" : "; ", name, reason(errno));
        }
    }
    // RLIMIT_CORE does not stop dumps that the kernel pipes into a program (core(5)); an undumpable process leaves none.
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if constexpr (k_sanitized_build) {
        layer.state = LayerState::weakened;
        layer.detail += "no limit on memory under sanitizers";
    }
    return layer;
}

Layer forbid_new_privileges() {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return {"no_new_privileges", LayerState::unavailable, reason(errno)};
    }
    return {"no_new_privileges", LayerState::active, ""};
}

Layer drop_capabilities() {
    __user_cap_header_struct header{};
    header.version = _LINUX_CAPABILITY_VERSION_3;
    const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
    if (::syscall(SYS_capset, &header, none.data()) != 0) {
        return {"capabilities", LayerState::unavailable, reason(errno)};
    }
    return {"capabilities", LayerState::active, ""};
}

void prepare_sanitizers() {
#ifdef AUDIOMUSE_SANITIZED
    // Lets the run-time library open now what it needs for a report later.
    __sanitizer_sandbox_arguments arguments{};
    arguments.coverage_fd = -1;
    __sanitizer_sandbox_on_notify(&arguments);
#endif
}

} // namespace

bool ConfinementReport::complete() const noexcept {
    return !layers.empty() && std::ranges::all_of(layers, [](const Layer& layer) { return layer.state == LayerState::active; });
}

std::string ConfinementReport::summary() const {
    std::string applied;
    std::string missing;
    for (const Layer& layer : layers) {
        std::string& list = layer.state == LayerState::unavailable ? missing : applied;
        list += fmt::format("{}{}", list.empty() ? "" : ", ", layer.name);
        if (!layer.detail.empty()) {
            list += fmt::format(" ({})", layer.detail);
        }
    }
    if (applied.empty()) {
        applied = "nothing";
    }
    return missing.empty() ? applied : fmt::format("{}; not: {}", applied, missing);
}

ConfinementReport confine_self(const Limits& limits) {
    if (limits.priority == Priority::background) {
        lower_priority();
    }
    volunteer_for_the_oom_killer();
    prepare_sanitizers();
    ConfinementReport report;
    report.layers.push_back(apply_limits(limits));
    report.layers.push_back(forbid_new_privileges());
    report.layers.push_back(detail::apply_landlock());
    report.layers.push_back(drop_capabilities());
    report.layers.push_back(detail::apply_syscall_filter()); // last: it forbids what the other layers are made with
    return report;
}

} // namespace audiomuse::sandbox
