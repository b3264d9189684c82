#include <sandbox/detail/syscall_filter.hpp>

#include <array>
#include <cerrno>
#include <initializer_list>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <sandbox/sanitized.hpp>

namespace audiomuse::sandbox::detail {

namespace {

/// Free of conditions. All work on memory, time, signals of this process, and descriptors that are open already. Numbers that an
/// architecture lacks (time, poll on arm64) are negative and skipped.
constexpr std::array k_allowed{
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(preadv),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(close),
    SCMP_SYS(dup),
    SCMP_SYS(fadvise64),
    SCMP_SYS(recvmsg),
    SCMP_SYS(recvfrom),
    SCMP_SYS(sendto),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(brk),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(sched_yield),
    SCMP_SYS(rseq),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getcpu),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(times),
    SCMP_SYS(getrusage),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(sysinfo),
};

/// No library that decodes music makes these: the process is in foreign hands.
constexpr std::array k_fatal{
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(bpf),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(setns),
    SCMP_SYS(unshare),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(acct),
};

using Comparisons = std::initializer_list<scmp_arg_cmp>;

class Filter {
  public:
    Filter() : m_context(::seccomp_init(SCMP_ACT_ERRNO(EPERM)), &::seccomp_release) {
        if (!m_context) {
            m_error = ENOMEM;
            return;
        }
        keep(::seccomp_attr_set(m_context.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
        keep(::seccomp_attr_set(m_context.get(), SCMP_FLTATR_CTL_TSYNC, 1));
        // No speculative-store mitigation: it slows the network down, and the process holds nothing that is worth a side channel.
        keep(::seccomp_attr_set(m_context.get(), SCMP_FLTATR_CTL_SSB, 1));
        keep(::seccomp_attr_set(m_context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2)); // a binary tree instead of a list
    }

    void add(std::uint32_t action, int number, Comparisons comparisons = {}) {
        if (m_error == 0 && number >= 0) {
            keep(::seccomp_rule_add_array(m_context.get(), action, number, static_cast<unsigned>(comparisons.size()),
                                          comparisons.begin()));
        }
    }

    /// 0, or what went wrong.
    [[nodiscard]] int load() {
        if (m_error == 0) {
            keep(::seccomp_load(m_context.get()));
        }
        return m_error;
    }

  private:
    void keep(int result) noexcept {
        if (result < 0 && m_error == 0) {
            m_error = -result;
        }
    }

    std::unique_ptr<void, decltype(&::seccomp_release)> m_context;
    int m_error = 0;
};

constexpr scmp_arg_cmp equals(unsigned argument, std::uint64_t value) { return {argument, SCMP_CMP_EQ, value, 0}; }
constexpr scmp_arg_cmp has_bits(unsigned argument, std::uint64_t mask, std::uint64_t bits) {
    return {argument, SCMP_CMP_MASKED_EQ, mask, bits};
}

} // namespace

Layer apply_syscall_filter() {
    Filter filter;
    for (const int number : k_allowed) {
        filter.add(SCMP_ACT_ALLOW, number);
    }
    for (const int number : k_fatal) {
        filter.add(SCMP_ACT_KILL_PROCESS, number);
    }
    // No memory that can be run. PROT_EXEC is bit 2 of the third argument of both.
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(mmap), {has_bits(2, PROT_EXEC, 0)});
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(mprotect), {has_bits(2, PROT_EXEC, 0)});
    // glibc's fstat(). A path cannot be told from "" here, so metadata stays visible; names and contents do not.
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), {has_bits(3, AT_EMPTY_PATH, AT_EMPTY_PATH)});
    for (const int command : {F_GETFD, F_SETFD, F_GETFL, F_DUPFD, F_DUPFD_CLOEXEC, F_GET_SEALS}) {
        filter.add(SCMP_ACT_ALLOW, SCMP_SYS(fcntl), {equals(1, static_cast<std::uint64_t>(command))});
    }
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), {equals(2, 0)}); // reading a limit, not setting one
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(prctl), {equals(0, PR_SET_NAME)});
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(tgkill), {equals(0, static_cast<std::uint64_t>(::getpid()))}); // abort()
    filter.add(SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3)); // with any other answer glibc does not fall back to clone
    if constexpr (k_sanitized_build) { // the sanitizers' run-time libraries learn through a pipe whether memory can be read
        filter.add(SCMP_ACT_ALLOW, SCMP_SYS(pipe));
        filter.add(SCMP_ACT_ALLOW, SCMP_SYS(pipe2));
    }
    if (const int error = filter.load(); error != 0) {
        return {"seccomp", LayerState::unavailable, std::generic_category().message(error)};
    }
    return {"seccomp", LayerState::active, ""};
}

} // namespace audiomuse::sandbox::detail
