#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <base/result.hpp>
#include <nn/detail/lines.hpp>
#include <nn/instruction_set.hpp>
#include <nn/prepared_network.hpp>

namespace audiomuse::nn {

namespace detail {
struct Kernels;
}

/// What the network says of one patch.
struct NetworkOutput {
    std::array<float, k_output_tags> tags{};           ///< 0 to 1, in the order of the model
    std::array<float, k_output_embedding> embedding{}; ///< the hidden layer before its ReLU
};

/// The memory that Network::run() works in, about 2.5 MiB. One for each thread; can be used again and again, with any network.
class NetworkScratch {
  public:
    NetworkScratch();

  private:
    friend class Network;
    std::vector<detail::Line> m_lines;
};

/// The MusiCNN network in its fast form (float32; algebra in the headers of src/nn/detail). Immutable: run() may be called from
/// any number of threads at a time.
class Network {
  public:
    /// The CPU must be able to run the instruction set that the weights were prepared for; else invalid_argument.
    [[nodiscard]] static Result<Network> create(PreparedNetwork prepared);

    /// From the bytes of a weight file, for choose_instruction_set(). Takes tens of milliseconds. Errors: those of
    /// WeightFile::parse(), MusicnnWeights::from() and choose_instruction_set().
    [[nodiscard]] static Result<Network> load(std::span<const std::byte> weight_file);

    Network(Network&&) noexcept;
    Network& operator=(Network&&) noexcept;
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;
    ~Network();

    [[nodiscard]] InstructionSet instruction_set() const noexcept { return m_prepared.instruction_set(); }
    [[nodiscard]] const PreparedNetwork& prepared() const noexcept { return m_prepared; }

    /// @param patches n x 187 x 96 finite values in C order, frames x bands: log10(1 + 10000 mel). More than one patch at a time
    /// saves a
    ///        little; memory does not grow with their number.
    /// @param outputs n values; throws std::invalid_argument when the sizes do not fit
    void run(std::span<const float> patches, std::span<NetworkOutput> outputs, NetworkScratch& scratch) const;

  private:
    Network(PreparedNetwork prepared, std::unique_ptr<const detail::Kernels> kernels);

    PreparedNetwork m_prepared;
    std::unique_ptr<const detail::Kernels> m_kernels;
};

} // namespace audiomuse::nn
