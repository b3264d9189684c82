#pragma once

#include <array>
#include <cstdint>

namespace audiomuse::cluster {

/// xoshiro256** 1.0 (Blackman and Vigna 2018), its state filled by SplitMix64. The sequence of a seed is pinned by tests: results
/// that depend on it are the same on every machine and with every standard library.
class Random {
  public:
    explicit Random(std::uint64_t seed) noexcept;

    [[nodiscard]] std::uint64_t next() noexcept;
    /// Uniform over [0, bound) without bias; bound must not be 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) noexcept;
    /// Uniform over [low, high], both included; low <= high.
    [[nodiscard]] int between(int low, int high) noexcept;
    /// Uniform over [0, 1), a multiple of 2^-53.
    [[nodiscard]] double uniform() noexcept;

  private:
    std::array<std::uint64_t, 4> m_state{};
};

/// A seed for the independent stream number `stream` of `seed`.
[[nodiscard]] std::uint64_t derive_seed(std::uint64_t seed, std::uint64_t stream) noexcept;

} // namespace audiomuse::cluster
