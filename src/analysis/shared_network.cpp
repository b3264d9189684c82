#include <analysis/shared_network.hpp>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nn/prepared_network.hpp>

namespace audiomuse::analysis {

namespace {

constexpr int k_seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;

tl::unexpected<Error> io_failure(const char* what, int error) {
    return fail(ErrorCode::io, std::string(what) + ": " + std::generic_category().message(error) + ".");
}

} // namespace

Result<UniqueFd> share_network(std::span<const std::byte> weight_file) {
    auto network = nn::Network::load(weight_file);
    if (!network) {
        return fail(std::move(network));
    }
    std::span<const std::byte> bytes = network->prepared().bytes();
    UniqueFd shared(::memfd_create("audiomuse-network", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!shared) {
        return io_failure("Cannot share the network's weights", errno);
    }
    while (!bytes.empty()) {
        const ssize_t written = ::write(shared.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return io_failure("Cannot share the network's weights", errno);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    if (::fcntl(shared.get(), F_ADD_SEALS, k_seals) != 0) {
        return io_failure("Cannot seal the network's weights", errno);
    }
    return shared;
}

Result<nn::Network> map_shared_network(const UniqueFd& shared) {
    if (::fcntl(shared.get(), F_GET_SEALS) != k_seals) {
        return fail(ErrorCode::damaged, "The shared network is not sealed.");
    }
    struct stat status {};
    if (::fstat(shared.get(), &status) != 0) {
        return io_failure("Cannot read the shared network", errno);
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, shared.get(), 0);
    if (address == MAP_FAILED) {
        return io_failure("Cannot map the shared network", errno);
    }
    const auto set = nn::choose_instruction_set();
    if (!set) {
        return tl::unexpected(set.error());
    }
    auto prepared = nn::PreparedNetwork::from_bytes({static_cast<const std::byte*>(address), size}, *set);
    if (!prepared) {
        ::munmap(address, size);
        return fail(std::move(prepared));
    }
    return nn::Network::create(std::move(*prepared)); // the mapping stays: the network borrows it
}

} // namespace audiomuse::analysis
