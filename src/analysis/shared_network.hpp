#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include <base/fd.hpp>
#include <base/result.hpp>
#include <nn/network.hpp>

namespace audiomuse::analysis {

/// Prepares a weight file for this CPU and puts the result into memory that nobody can change any more (memfd_create(2) with all
/// seals), for every child to map: N children do not cost N copies. Errors: those of nn::Network::load, and io.
[[nodiscard]] Result<UniqueFd> share_network(std::span<const std::byte> weight_file);

/// The network of share_network() in another process, mapped read-only for the rest of that process's life; the descriptor is not
/// needed afterwards. Errors: damaged (also when the memory is not sealed), io.
[[nodiscard]] Result<nn::Network> map_shared_network(const UniqueFd& shared);

} // namespace audiomuse::analysis
