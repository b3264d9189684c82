#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <base/result.hpp>
#include <nn/detail/lines.hpp>
#include <nn/instruction_set.hpp>
#include <nn/musicnn_weights.hpp>

namespace audiomuse::nn {

/// The network's weights in the form that the kernels of one instruction set read: spectra, folded constants, lanes interleaved;
/// about 7 MiB. One contiguous block without pointers: it can be copied, mapped anywhere, and shared between processes of one
/// program version.
class PreparedNetwork {
  public:
    /// Computes the block; takes tens of milliseconds. The weights are not needed afterwards.
    [[nodiscard]] static PreparedNetwork prepare(const MusicnnWeights& weights, InstructionSet set);

    /// Takes a block that prepare() made in another process, after checking that it is whole and meant for `set` and this version
    /// of the program. Borrows the bytes, which must be aligned to 64 bytes, outlive the network and never change. Errors:
    /// damaged, unsupported_version, invalid_argument (alignment).
    [[nodiscard]] static Result<PreparedNetwork> from_bytes(std::span<const std::byte> bytes, InstructionSet set);

    PreparedNetwork(PreparedNetwork&&) noexcept = default;
    PreparedNetwork& operator=(PreparedNetwork&&) noexcept = default;
    PreparedNetwork(const PreparedNetwork&) = delete;
    PreparedNetwork& operator=(const PreparedNetwork&) = delete;
    ~PreparedNetwork() = default;

    /// The whole block, for from_bytes().
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return m_bytes; }
    [[nodiscard]] InstructionSet instruction_set() const noexcept { return m_set; }

  private:
    PreparedNetwork(std::vector<detail::Line> storage, std::span<const std::byte> bytes, InstructionSet set)
        : m_storage(std::move(storage)), m_bytes(bytes), m_set(set) {}

    std::vector<detail::Line> m_storage; ///< empty when the bytes are borrowed
    std::span<const std::byte> m_bytes;
    InstructionSet m_set;
};

} // namespace audiomuse::nn
