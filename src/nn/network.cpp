#include <nn/network.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include <nn/detail/kernels.hpp>
#include <nn/detail/prepared_layout.hpp>

namespace audiomuse::nn {
namespace {

/// How many patches go through the dense layers together.
constexpr std::size_t k_patches_per_pass = 8;
constexpr std::size_t k_padded_embedding = 224;
constexpr std::size_t k_padded_tags = 64;

/// The parts of the scratch memory, each on its own cache lines. Rows and columns that stand for padding are zero from the start
/// and are never written.
struct Memory {
    explicit Memory(std::span<float> memory) : rest(memory) {
        normalised = take(detail::k_normalised_rows * k_mel_bands);
        spectra = take(detail::k_spectrum_rows * detail::k_spectrum_stride);
        front_buffer = take(detail::k_front_buffer_size);
        temporal_spectra = take(detail::k_temporal_spectra_size);
        temporal_buffer = take(detail::k_temporal_buffer_size);
        features = take(detail::k_feature_rows * detail::k_feature_stride);
        mid_spectra = take(detail::k_mid_spectra_size);
        mid_sums = take(detail::k_mid_sums_size);
        pooled = take(k_patches_per_pass * detail::k_pooled_stride);
        embedding = take(k_patches_per_pass * k_padded_embedding);
        hidden = take(k_patches_per_pass * k_padded_embedding);
        tags = take(k_patches_per_pass * k_padded_tags);
    }

    /// Frame 0, column 0 of the feature matrix.
    [[nodiscard]] float* frame0() const noexcept { return features + detail::k_feature_rows_before * detail::k_feature_stride; }

    float* take(std::size_t count) {
        used += detail::round_up(count, 16);
        if (rest.empty()) {
            return nullptr; // only counting
        }
        float* const part = rest.data();
        rest = rest.subspan(detail::round_up(count, 16));
        return part;
    }

    std::span<float> rest;
    std::size_t used = 0;
    float* normalised;
    float* spectra;
    float* front_buffer;
    float* temporal_spectra;
    float* temporal_buffer;
    float* features;
    float* mid_spectra;
    float* mid_sums;
    float* pooled;
    float* embedding;
    float* hidden;
    float* tags;
};

/// One run: the prepared weights, the kernels and the scratch memory together.
struct Run {
    const detail::Kernels& kernels;
    const detail::PreparedHeader& header;
    const float* weights;
    detail::PreparedLayout layout;
    Memory memory;

    void front(std::span<const float> patch) const;
    void mid() const;
    void patch(std::span<const float> patch, std::size_t index) const;
    void dense(std::span<NetworkOutput> outputs) const;
};

void Run::front(std::span<const float> patch) const {
    std::ranges::transform(patch, memory.normalised,
                           [this](float value) { return header.input_scale * value + header.input_shift; });
    kernels.gemm({.a = memory.normalised,
                  .a_stride = k_mel_bands,
                  .rows = k_patch_frames,
                  .inner = k_mel_bands,
                  .b = weights + layout.band_transform,
                  .columns = detail::k_spectrum_channels,
                  .out = memory.spectra + detail::k_spectrum_rows_before * detail::k_spectrum_stride,
                  .out_stride = detail::k_spectrum_stride});
    // Whole vectors are written: each convolution overwrites what the one before it wrote past its last filter.
    for (std::size_t i = 0; i < layout.front.size(); ++i) {
        const detail::FrontArguments arguments{.spectra = memory.spectra,
                                               .weights = weights + layout.front[i],
                                               .affine = weights + layout.front_affine[i],
                                               .buffer = memory.front_buffer,
                                               .out = memory.frame0() + i * detail::k_front_filters,
                                               .out_stride = detail::k_feature_stride};
        (i == 0 ? kernels.front_38 : kernels.front_67)(arguments);
    }
    const detail::TemporalArguments temporal{.normalised = memory.normalised,
                                             .roots = detail::temporal_roots().data(),
                                             .weights = weights + layout.temporal,
                                             .affine = weights + layout.temporal_affine,
                                             .spectra = memory.temporal_spectra,
                                             .buffer = memory.temporal_buffer,
                                             .out = memory.frame0() + detail::k_temporal_column,
                                             .out_stride = detail::k_feature_stride};
    kernels.temporal_spectra(temporal);
    kernels.temporal(temporal);
}

void Run::mid() const {
    const std::size_t lanes = header.lanes;
    for (std::size_t layer = 0; layer < layout.mid.size(); ++layer) {
        const std::size_t output_column = detail::k_mid_column + layer * k_mid_channels;
        const std::size_t input_column = layer == 0 ? 0 : output_column - k_mid_channels;
        const std::size_t inputs = layer == 0 ? k_front_channels : k_mid_channels;
        const std::size_t stride = layer == 0 ? detail::k_mid_column : k_mid_channels;
        const detail::MidArguments arguments{.input = memory.features + input_column,
                                             .channels = stride,
                                             .spectra = memory.mid_spectra,
                                             .sums = memory.mid_sums,
                                             .affine = weights + layout.mid_affine[layer],
                                             .residual = layer == 0 ? nullptr : memory.frame0() + input_column,
                                             .out = memory.frame0() + output_column};
        kernels.mid_spectra(arguments);
        for (std::size_t product = 0; product < detail::k_mid_products; ++product) {
            kernels.gemm({.a = memory.mid_spectra + product * detail::k_block_rows * stride,
                          .a_stride = stride,
                          .rows = detail::k_block_rows,
                          .inner = inputs,
                          .b = weights + layout.mid[layer] + product * detail::mid_product_weights_size(inputs, lanes),
                          .columns = k_mid_channels,
                          .out = memory.mid_sums + product * detail::k_block_rows * k_mid_channels,
                          .out_stride = k_mid_channels});
        }
        kernels.mid_outputs(arguments);
    }
}

void Run::patch(std::span<const float> patch, std::size_t index) const {
    front(patch);
    mid();
    kernels.pooling(memory.frame0(), memory.pooled + index * detail::k_pooled_stride);
}

void Run::dense(std::span<NetworkOutput> outputs) const {
    kernels.gemm({.a = memory.pooled,
                  .a_stride = detail::k_pooled_stride,
                  .rows = outputs.size(),
                  .inner = detail::k_pooled_stride,
                  .b = weights + layout.hidden,
                  .columns = k_output_embedding,
                  .out = memory.embedding,
                  .out_stride = k_padded_embedding});
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        for (std::size_t o = 0; o < k_output_embedding; ++o) {
            const float value = memory.embedding[i * k_padded_embedding + o] + weights[layout.hidden_bias + o];
            outputs[i].embedding[o] = value;
            memory.hidden[i * k_padded_embedding + o] = std::max(0.0F, value);
        }
    }
    kernels.gemm({.a = memory.hidden,
                  .a_stride = k_padded_embedding,
                  .rows = outputs.size(),
                  .inner = k_output_embedding,
                  .b = weights + layout.output,
                  .columns = k_output_tags,
                  .out = memory.tags,
                  .out_stride = k_padded_tags});
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        for (std::size_t o = 0; o < k_output_tags; ++o) {
            outputs[i].tags[o] =
                1.0F / (1.0F + std::exp(-(memory.tags[i * k_padded_tags + o] + weights[layout.output_bias + o])));
        }
    }
}

} // namespace

NetworkScratch::NetworkScratch() : m_lines(Memory({}).used / 16) {}

Network::Network(PreparedNetwork prepared, std::unique_ptr<const detail::Kernels> kernels)
    : m_prepared(std::move(prepared)), m_kernels(std::move(kernels)) {}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

Result<Network> Network::create(PreparedNetwork prepared) {
    const InstructionSet set = prepared.instruction_set();
    const auto available = available_instruction_sets();
    if (std::ranges::find(available, set) == available.end()) {
        return fail(ErrorCode::invalid_argument, fmt::format("This CPU cannot run the instruction set {}.", to_string(set)));
    }
    return Network(std::move(prepared), std::make_unique<const detail::Kernels>(set));
}

Result<Network> Network::load(std::span<const std::byte> weight_file) {
    const auto set = choose_instruction_set();
    if (!set) {
        return tl::unexpected<Error>(set.error());
    }
    auto file = WeightFile::parse(weight_file);
    if (!file) {
        return fail(std::move(file));
    }
    auto weights = MusicnnWeights::from(*file);
    if (!weights) {
        return fail(std::move(weights));
    }
    return create(PreparedNetwork::prepare(*weights, *set));
}

void Network::run(std::span<const float> patches, std::span<NetworkOutput> outputs, NetworkScratch& scratch) const {
    if (patches.size() != outputs.size() * k_patch_values) {
        throw std::invalid_argument("Network::run: the patches do not fit the outputs");
    }
    const auto* const header = reinterpret_cast<const detail::PreparedHeader*>(m_prepared.bytes().data());
    const Run run{.kernels = *m_kernels,
                  .header = *header,
                  .weights = reinterpret_cast<const float*>(m_prepared.bytes().data() + sizeof(detail::PreparedHeader)),
                  .layout = detail::PreparedLayout(header->lanes),
                  .memory = Memory(detail::values_of(scratch.m_lines))};
    while (!outputs.empty()) {
        const std::size_t count = std::min(outputs.size(), k_patches_per_pass);
        for (std::size_t i = 0; i < count; ++i) {
            run.patch(patches.subspan(i * k_patch_values, k_patch_values), i);
        }
        run.dense(outputs.first(count));
        patches = patches.subspan(count * k_patch_values);
        outputs = outputs.subspan(count);
    }
}

} // namespace audiomuse::nn
