#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include <domain/analysis.hpp>
#include <nn/network.hpp>

namespace audiomuse::analysis::detail {

/// Runs the network over the patches of one track, some at a time, and keeps the means of its outputs.
class NetworkMeans {
  public:
    /// Borrows the network.
    explicit NetworkMeans(const nn::Network& network);

    /// One patch of nn::k_patch_values.
    void add(std::span<const float> patch);
    /// Ends the track; before tags() and embedding().
    void finish();

    [[nodiscard]] std::size_t patches() const noexcept { return m_patches; }
    /// Requires a patch.
    [[nodiscard]] Tags tags() const noexcept;
    [[nodiscard]] Embedding embedding() const noexcept;
    /// Time spent in the network.
    [[nodiscard]] double elapsed_ms() const noexcept { return m_elapsed_ms; }

  private:
    void run();

    static constexpr std::size_t k_batch = 4;

    const nn::Network& m_network;
    nn::NetworkScratch m_scratch;
    std::vector<float> m_waiting; ///< patches, one after another
    std::array<double, k_tag_count> m_tag_sums{};
    std::array<double, k_embedding_size> m_embedding_sums{};
    std::size_t m_patches = 0;
    double m_elapsed_ms = 0;
};

} // namespace audiomuse::analysis::detail
