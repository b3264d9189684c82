#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <base/result.hpp>

namespace audiomuse::nn {

/// Named float32 tensors read from a weight file (docs/weight-file.md). Owns a copy of the values, so the bytes may go away.
class WeightFile {
  public:
    WeightFile(WeightFile&&) noexcept = default;
    WeightFile& operator=(WeightFile&&) noexcept = default;
    WeightFile(const WeightFile&) = delete;
    WeightFile& operator=(const WeightFile&) = delete;
    ~WeightFile() = default;

    /// No weight file is larger; whoever reads one from disk passes this limit to read_file().
    static constexpr std::uint64_t k_max_bytes = 64ULL << 20U;

    struct Tensor {
        std::string name;
        std::vector<std::size_t> shape;
        std::span<const float> values; ///< C order, as many as the product of `shape`; lives as long as the WeightFile
    };

    /// Reads and checks everything: structure, sizes, checksums. The bytes may be hostile and need no alignment. Errors: damaged,
    /// unsupported_version; the message names the part that is wrong.
    [[nodiscard]] static Result<WeightFile> parse(std::span<const std::byte> bytes);

    /// What the file calls its model, as "MSD_musicnn".
    [[nodiscard]] const std::string& model_name() const noexcept { return m_model_name; }
    /// In ascending order of their names.
    [[nodiscard]] std::span<const Tensor> tensors() const noexcept { return m_tensors; }
    /// The values of a tensor; damaged when there is none of that name and shape.
    [[nodiscard]] Result<std::span<const float>> find(std::string_view name, std::span<const std::size_t> shape) const;

  private:
    WeightFile() = default;

    std::string m_model_name;
    std::vector<float> m_values;
    std::vector<Tensor> m_tensors;
};

/// One tensor to write.
struct NewTensor {
    std::string name;
    std::vector<std::size_t> shape; ///< one to four dimensions, none of them 0
    std::span<const float> values;
};

/// The bytes of a weight file; for tests and tools. Throws std::invalid_argument when the format cannot hold what is given.
[[nodiscard]] std::vector<std::byte> encode_weight_file(std::string_view model_name, std::span<const NewTensor> tensors);

} // namespace audiomuse::nn
