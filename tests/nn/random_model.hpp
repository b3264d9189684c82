#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <nn/weight_file.hpp>

namespace audiomuse::nn::test {

/// Uniform values in [-1, 1) from a seed; the same on every machine (the generator is splitmix64).
class RandomValues {
  public:
    explicit RandomValues(std::uint64_t seed) : m_state(seed) {}
    [[nodiscard]] float next() noexcept {
        std::uint64_t z = m_state += 0x9E3779B97F4A7C15ULL;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
        return static_cast<float>(static_cast<double>((z ^ (z >> 31U)) >> 11U) / 4503599627370496.0 - 1.0);
    }
    [[nodiscard]] std::vector<float> take(std::size_t count) {
        std::vector<float> values(count);
        for (float& value : values) {
            value = next();
        }
        return values;
    }

  private:
    std::uint64_t m_state;
};

/// One tensor of a model under construction.
struct OwnedTensor {
    std::string name;
    std::vector<std::size_t> shape;
    std::vector<float> values;
};

/// All tensors of a MusiCNN with random weights of realistic size. Scales of both signs and zero occur.
[[nodiscard]] std::vector<OwnedTensor> random_tensors(std::uint64_t seed);

/// A weight file of these tensors, in any order.
[[nodiscard]] std::vector<std::byte> weight_file_of(const std::vector<OwnedTensor>& tensors);

/// n patches that look like log-mel values: 0 to 4, with a silent stretch in each.
[[nodiscard]] std::vector<float> random_patches(std::size_t n, std::uint64_t seed);

} // namespace audiomuse::nn::test
