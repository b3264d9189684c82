#include <sandbox/detail/landlock.hpp>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <base/fd.hpp>

namespace audiomuse::sandbox::detail {

namespace {

// linux/landlock.h of newer kernels: what the installed header may not know yet. An older kernel takes a shorter struct and fewer
// bits.
struct RulesetAttributes {
    std::uint64_t handled_access_fs = 0;
    std::uint64_t handled_access_net = 0; ///< since ABI 4
    std::uint64_t scoped = 0;             ///< since ABI 6
};

constexpr std::uint32_t k_ask_for_version = 1;

constexpr std::uint64_t file_rights(long abi) {
    unsigned bits = 13; // execute ... make_sym
    if (abi >= 2) {
        bits = 14; // refer
    }
    if (abi >= 3) {
        bits = 15; // truncate
    }
    if (abi >= 5) {
        bits = 16; // ioctl on devices
    }
    return (1ULL << bits) - 1;
}

constexpr std::size_t attribute_bytes(long abi) {
    if (abi >= 6) {
        return sizeof(RulesetAttributes);
    }
    return abi >= 4 ? 2 * sizeof(std::uint64_t) : sizeof(std::uint64_t);
}

Layer unavailable(int error) { return {"landlock", LayerState::unavailable, std::generic_category().message(error)}; }

} // namespace

Layer apply_landlock() {
    const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, k_ask_for_version);
    if (abi < 1) {
        return unavailable(abi < 0 ? errno : ENOSYS);
    }
    RulesetAttributes attributes;
    attributes.handled_access_fs = file_rights(abi);
    attributes.handled_access_net = 0b11; // bind, connect
    attributes.scoped = 0b11;             // abstract Unix sockets, signals
    const UniqueFd ruleset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, attribute_bytes(abi), 0)));
    if (!ruleset || ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) {
        return unavailable(errno);
    }
    return {"landlock", LayerState::active, fmt::format("ABI {}", abi)};
}

} // namespace audiomuse::sandbox::detail
