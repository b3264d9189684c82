#include <nn/prepared_network.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include <base/hash.hpp>
#include <nn/detail/dense.hpp>
#include <nn/detail/front.hpp>
#include <nn/detail/gemm.hpp>
#include <nn/detail/mid.hpp>
#include <nn/detail/prepared_layout.hpp>
#include <nn/detail/temporal.hpp>

namespace audiomuse::nn {

namespace detail {

PreparedLayout::PreparedLayout(std::size_t lanes) noexcept {
    const auto take = [this](std::size_t count) {
        const std::size_t at = total;
        total += round_up(count, 16);
        return at;
    };
    band_transform = take(gemm_weights_size(k_mel_bands, k_spectrum_channels, lanes));
    for (std::size_t i = 0; i < front.size(); ++i) {
        front[i] = take(front_weights_size(lanes));
        front_affine[i] = take(affine_size(k_front_filters, lanes));
    }
    temporal = take(temporal_weights_size(lanes));
    temporal_affine = take(affine_size(k_temporal_filters, lanes));
    for (std::size_t i = 0; i < mid.size(); ++i) {
        mid[i] = take(k_mid_products * mid_product_weights_size(i == 0 ? k_front_channels : k_mid_channels, lanes));
        mid_affine[i] = take(k_mid_affine_size);
    }
    hidden = take(gemm_weights_size(k_pooled_stride, k_output_embedding, lanes));
    hidden_bias = take(k_output_embedding);
    output = take(gemm_weights_size(k_output_embedding, k_output_tags, lanes));
    output_bias = take(k_output_tags);
}

} // namespace detail

namespace {

using detail::PreparedHeader;
using detail::PreparedLayout;

std::size_t total_bytes(const PreparedLayout& layout) noexcept { return sizeof(PreparedHeader) + layout.total * sizeof(float); }

std::string digest_of(std::span<const std::byte> block) {
    Hash128 hash;
    hash.update(block.subspan(sizeof(PreparedHeader)));
    return hash.hex();
}

void prepare_parts(const MusicnnWeights& weights, std::size_t lanes, const PreparedLayout& layout, std::span<float> values) {
    detail::prepare_gemm(detail::band_transform(), detail::k_spectrum_channels, lanes, values.subspan(layout.band_transform));
    for (std::size_t i = 0; i < layout.front.size(); ++i) {
        detail::prepare_front(weights.front[i], lanes, values.subspan(layout.front[i]));
        detail::prepare_affine(weights.front[i], 0, lanes, values.subspan(layout.front_affine[i]));
    }
    std::size_t filter = 0;
    for (const Convolution& layer : std::span(weights.front).subspan(layout.front.size())) {
        detail::prepare_temporal(layer, filter, lanes, values.subspan(layout.temporal));
        detail::prepare_affine(layer, filter, lanes, values.subspan(layout.temporal_affine));
        filter += layer.outputs;
    }
    for (std::size_t i = 0; i < layout.mid.size(); ++i) {
        detail::prepare_mid(weights.mid[i], lanes, values.subspan(layout.mid[i]));
        detail::prepare_mid_affine(weights.mid[i], values.subspan(layout.mid_affine[i]));
    }
    detail::prepare_hidden(weights.hidden, weights.pooled, lanes, values.subspan(layout.hidden),
                           values.subspan(layout.hidden_bias));
    detail::prepare_output(weights.output, weights.hidden_after, lanes, values.subspan(layout.output),
                           values.subspan(layout.output_bias));
}

} // namespace

PreparedNetwork PreparedNetwork::prepare(const MusicnnWeights& weights, InstructionSet set) {
    const std::size_t lanes = lane_count(set);
    const PreparedLayout layout(lanes);
    std::vector<detail::Line> storage(total_bytes(layout) / sizeof(detail::Line));
    const std::span<float> values = detail::values_of(storage);
    prepare_parts(weights, lanes, layout, values.subspan(sizeof(PreparedHeader) / sizeof(float)));

    PreparedHeader header;
    header.lanes = static_cast<std::uint32_t>(lanes);
    header.total_bytes = total_bytes(layout);
    header.input_scale = weights.input.scale[0];
    header.input_shift = weights.input.shift[0];
    std::ranges::copy(digest_of(std::as_bytes(values)), header.digest.begin());
    std::memcpy(values.data(), &header, sizeof(header));
    const auto bytes = std::as_bytes(values);
    return {std::move(storage), bytes, set};
}

Result<PreparedNetwork> PreparedNetwork::from_bytes(std::span<const std::byte> bytes, InstructionSet set) {
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(detail::Line) != 0) {
        return fail(ErrorCode::invalid_argument, "Prepared weights must be aligned to 64 bytes.");
    }
    const PreparedHeader expected;
    PreparedHeader header;
    if (bytes.size() < sizeof(header)) {
        return fail(ErrorCode::damaged, "The prepared weights are cut off.");
    }
    std::memcpy(&header, bytes.data(), sizeof(header));
    if (header.magic != expected.magic) {
        return fail(ErrorCode::damaged, "These are no prepared weights.");
    }
    if (header.layout_version != expected.layout_version || header.lanes != lane_count(set)) {
        return fail(ErrorCode::unsupported_version,
                    fmt::format("The prepared weights have layout {} for {} lanes; expected are layout {} and {} lanes ({}).",
                                header.layout_version, header.lanes, expected.layout_version, lane_count(set), to_string(set)));
    }
    if (bytes.size() != total_bytes(PreparedLayout(header.lanes)) || header.total_bytes != bytes.size()) {
        return fail(ErrorCode::damaged, fmt::format("The prepared weights have a wrong size of {} bytes.", bytes.size()));
    }
    if (digest_of(bytes) != std::string_view(header.digest.data(), header.digest.size())) {
        return fail(ErrorCode::damaged, "The prepared weights are damaged: their digest is wrong.");
    }
    return PreparedNetwork({}, bytes, set);
}

} // namespace audiomuse::nn
