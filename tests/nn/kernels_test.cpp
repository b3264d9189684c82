// Each kernel of every instruction set that this machine can run, against the plain direct network with random weights.
#include <nn/detail/kernels.hpp>

#include <algorithm>
#include <memory>
#include <optional>

#include <gtest/gtest.h>

#include <nn/detail/lines.hpp>
#include <nn/random_model.hpp>
#include <nn/reference_network.hpp>
#include <support/compare.hpp>

namespace audiomuse::nn {
namespace {

using audiomuse::test::all_close;
using audiomuse::test::Tolerance;

/// Zeroed memory aligned for every instruction set.
struct Aligned {
    explicit Aligned(std::size_t count) : lines(detail::vectors_for(count, 16)) {}
    [[nodiscard]] std::span<float> values() { return detail::values_of(lines); }
    [[nodiscard]] float* data() { return values().data(); }
    std::vector<detail::Line> lines;
};

/// A random model and the oracle's layers for one random patch, made once.
struct Oracle {
    Oracle()
        : bytes(test::weight_file_of(test::random_tensors(7))), file(WeightFile::parse(bytes).value()),
          weights(MusicnnWeights::from(file).value()), patch(test::random_patches(1, 8)),
          layers(run_reference(weights, std::span<const float, k_patch_values>(patch))) {}

    std::vector<std::byte> bytes;
    WeightFile file;
    MusicnnWeights weights;
    std::vector<float> patch;
    ReferenceLayers layers;
};

class Kernels : public testing::TestWithParam<InstructionSet> {
  protected:
    static void SetUpTestSuite() { s_oracle = std::make_unique<Oracle>(); }
    static void TearDownTestSuite() { s_oracle.reset(); }

    [[nodiscard]] static std::size_t lanes() { return lane_count(GetParam()); }
    [[nodiscard]] static const Oracle& oracle() { return *s_oracle; }

    /// Columns of the oracle's front, frame after frame.
    [[nodiscard]] static std::vector<float> front_columns(std::size_t first, std::size_t count) {
        std::vector<float> columns;
        for (std::size_t frame = 0; frame < k_patch_frames; ++frame) {
            const auto* const row = oracle().layers.front.data() + frame * k_front_channels + first;
            columns.insert(columns.end(), row, row + count);
        }
        return columns;
    }
    [[nodiscard]] static std::vector<float> columns_of(std::span<const float> out, std::size_t stride, std::size_t count) {
        std::vector<float> columns;
        for (std::size_t frame = 0; frame < k_patch_frames; ++frame) {
            const auto row = out.subspan(frame * stride, count);
            columns.insert(columns.end(), row.begin(), row.end());
        }
        return columns;
    }

    /// The feature matrix with a block of columns filled in.
    static void fill_columns(std::span<float> features, std::size_t column, std::span<const float> values, std::size_t count) {
        for (std::size_t frame = 0; frame < k_patch_frames; ++frame) {
            std::ranges::copy(values.subspan(frame * count, count),
                              features.begin() + (detail::k_feature_rows_before + frame) * detail::k_feature_stride + column);
        }
    }

    const detail::Kernels m_kernels{GetParam()};

  private:
    static inline std::unique_ptr<Oracle> s_oracle;
};

TEST_P(Kernels, GemmMultipliesMatricesOfAnySize) {
    test::RandomValues random(3);
    for (const std::size_t rows : {1U, 3U, 5U, 9U, 10U, 11U, 27U}) {
        for (const std::size_t columns : {1U, 33U, 64U}) {
            const std::size_t inner = 19;
            const std::size_t stride = 23;
            const auto a = random.take(rows * stride);
            const auto b = random.take(inner * columns);
            const std::size_t width = detail::round_up(columns, 32);
            Aligned prepared(detail::gemm_weights_size(inner, columns, lanes()));
            Aligned out(rows * width);
            detail::prepare_gemm(b, columns, lanes(), prepared.values());
            m_kernels.gemm({.a = a.data(),
                            .a_stride = stride,
                            .rows = rows,
                            .inner = inner,
                            .b = prepared.data(),
                            .columns = columns,
                            .out = out.data(),
                            .out_stride = width});
            std::vector<double> expected(rows * width);
            for (std::size_t r = 0; r < rows; ++r) {
                for (std::size_t c = 0; c < columns; ++c) {
                    for (std::size_t k = 0; k < inner; ++k) {
                        expected[r * width + c] +=
                            static_cast<double>(a[r * stride + k]) * static_cast<double>(b[k * columns + c]);
                    }
                }
            }
            EXPECT_TRUE(all_close(out.values().first(rows * width), expected, {.absolute = 3e-6})) << rows << " x " << columns;
        }
    }
}

TEST_P(Kernels, FrontConvolutionsAgreeWithTheOracle) {
    Aligned transform(detail::gemm_weights_size(k_mel_bands, detail::k_spectrum_channels, lanes()));
    detail::prepare_gemm(detail::band_transform(), detail::k_spectrum_channels, lanes(), transform.values());
    Aligned spectra(detail::k_spectrum_rows * detail::k_spectrum_stride);
    m_kernels.gemm({.a = oracle().layers.normalised.data(),
                    .a_stride = k_mel_bands,
                    .rows = k_patch_frames,
                    .inner = k_mel_bands,
                    .b = transform.data(),
                    .columns = detail::k_spectrum_channels,
                    .out = spectra.data() + detail::k_spectrum_rows_before * detail::k_spectrum_stride,
                    .out_stride = detail::k_spectrum_stride});
    for (std::size_t i = 0; i < 2; ++i) {
        const Convolution& layer = oracle().weights.front[i];
        Aligned weights(detail::front_weights_size(lanes()));
        Aligned affine(detail::affine_size(layer.outputs, lanes()));
        detail::prepare_front(layer, lanes(), weights.values());
        detail::prepare_affine(layer, 0, lanes(), affine.values());
        Aligned buffer(detail::k_front_buffer_size);
        const std::size_t stride = 224;
        Aligned out(k_patch_frames * stride);
        (i == 0 ? m_kernels.front_38 : m_kernels.front_67)({.spectra = spectra.data(),
                                                            .weights = weights.data(),
                                                            .affine = affine.data(),
                                                            .buffer = buffer.data(),
                                                            .out = out.data(),
                                                            .out_stride = stride});
        EXPECT_TRUE(all_close(columns_of(out.values(), stride, layer.outputs), front_columns(204 * i, 204), {.absolute = 3e-5}))
            << i;
    }
}

TEST_P(Kernels, TemporalConvolutionsAgreeWithTheOracle) {
    Aligned weights(detail::temporal_weights_size(lanes()));
    Aligned affine(detail::affine_size(detail::k_temporal_filters, lanes()));
    for (std::size_t i = 0; i < 3; ++i) {
        detail::prepare_temporal(oracle().weights.front[2 + i], 51 * i, lanes(), weights.values());
        detail::prepare_affine(oracle().weights.front[2 + i], 51 * i, lanes(), affine.values());
    }
    Aligned normalised(detail::k_normalised_rows * k_mel_bands);
    std::ranges::copy(oracle().layers.normalised, normalised.values().begin());
    Aligned spectra(detail::k_temporal_spectra_size);
    Aligned buffer(detail::k_temporal_buffer_size);
    const std::size_t stride = 176;
    Aligned out(k_patch_frames * stride);
    const detail::TemporalArguments arguments{.normalised = normalised.data(),
                                              .roots = detail::temporal_roots().data(),
                                              .weights = weights.data(),
                                              .affine = affine.data(),
                                              .spectra = spectra.data(),
                                              .buffer = buffer.data(),
                                              .out = out.data(),
                                              .out_stride = stride};
    m_kernels.temporal_spectra(arguments);
    m_kernels.temporal(arguments);
    EXPECT_TRUE(all_close(columns_of(out.values(), stride, 153), front_columns(408, 153), {.absolute = 2e-5}));
}

TEST_P(Kernels, MidConvolutionsAgreeWithTheOracle) {
    Aligned features(detail::k_feature_rows * detail::k_feature_stride);
    fill_columns(features.values(), 0, oracle().layers.front, k_front_channels);
    fill_columns(features.values(), detail::k_mid_column, oracle().layers.mid[0], k_mid_channels);
    float* const frame0 = features.data() + detail::k_feature_rows_before * detail::k_feature_stride;
    for (std::size_t i = 0; i < 2; ++i) {
        const Convolution& layer = oracle().weights.mid[i];
        const std::size_t channels = i == 0 ? detail::k_mid_column : k_mid_channels;
        Aligned weights(detail::k_mid_products * detail::mid_product_weights_size(layer.width, lanes()));
        Aligned affine(detail::k_mid_affine_size);
        detail::prepare_mid(layer, lanes(), weights.values());
        detail::prepare_mid_affine(layer, affine.values());
        Aligned spectra(detail::k_mid_spectra_size);
        Aligned sums(detail::k_mid_sums_size);
        const std::size_t input_column = i == 0 ? 0 : detail::k_mid_column;
        const detail::MidArguments arguments{.input = features.data() + input_column,
                                             .channels = channels,
                                             .spectra = spectra.data(),
                                             .sums = sums.data(),
                                             .affine = affine.data(),
                                             .residual = i == 0 ? nullptr : frame0 + input_column,
                                             .out = frame0 + detail::k_mid_column + 2 * k_mid_channels};
        m_kernels.mid_spectra(arguments);
        for (std::size_t product = 0; product < detail::k_mid_products; ++product) {
            m_kernels.gemm({.a = spectra.data() + product * detail::k_block_rows * channels,
                            .a_stride = channels,
                            .rows = detail::k_block_rows,
                            .inner = layer.width,
                            .b = weights.data() + product * detail::mid_product_weights_size(layer.width, lanes()),
                            .columns = k_mid_channels,
                            .out = sums.data() + product * detail::k_block_rows * k_mid_channels,
                            .out_stride = k_mid_channels});
        }
        m_kernels.mid_outputs(arguments);
        const auto columns = std::span(features.values()).subspan(arguments.out - features.data());
        EXPECT_TRUE(
            all_close(columns_of(columns, detail::k_feature_stride, k_mid_channels), oracle().layers.mid[i], {.absolute = 3e-5}))
            << i;
    }
}

TEST_P(Kernels, PoolingTakesMaximumAndMeanOfEveryColumn) {
    Aligned features(detail::k_feature_rows * detail::k_feature_stride);
    test::RandomValues random(5);
    const auto values = random.take(k_patch_frames * detail::k_feature_stride);
    fill_columns(features.values(), 0, values, detail::k_feature_stride);
    Aligned pooled(detail::k_pooled_stride);
    m_kernels.pooling(features.data() + detail::k_feature_rows_before * detail::k_feature_stride, pooled.data());
    std::vector<double> expected(detail::k_pooled_stride);
    for (std::size_t column = 0; column < detail::k_feature_stride; ++column) {
        double largest = -2;
        double sum = 0;
        for (std::size_t frame = 0; frame < k_patch_frames; ++frame) {
            const double value = values[frame * detail::k_feature_stride + column];
            largest = std::max(largest, value);
            sum += value;
        }
        expected[column] = largest;
        expected[detail::k_feature_stride + column] = sum / k_patch_frames;
    }
    EXPECT_TRUE(all_close(pooled.values().first(detail::k_pooled_stride), expected, {.absolute = 1e-6}));
}

INSTANTIATE_TEST_SUITE_P(EachSet, Kernels, testing::ValuesIn(available_instruction_sets()),
                         [](const auto& each) { return std::string(to_string(each.param)); });

} // namespace
} // namespace audiomuse::nn
