// Times of the network and of each of its kernels, for every instruction set that this machine can run, with random weights:
//
//   build/release/bin/kernels_bench --benchmark_repetitions=9 --benchmark_report_aggregates_only=true
//   build/release/bin/kernels_bench --benchmark_filter='patch/'
//   bench/kernels/peak_share                           what share of the arithmetic peak each kernel reaches
//
// "peak" does as many multiplications and additions as a thread can; its counter is in operations a second.
// Compare medians of alternated runs on a quiet machine.
#include <functional>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>

#include <nn/detail/kernels.hpp>
#include <nn/detail/lines.hpp>
#include <nn/detail/prepared_layout.hpp>
#include <nn/network.hpp>
#include <nn/random_model.hpp>
#include <nn/reference_network.hpp>

#include "peak.hpp"

namespace {

using namespace audiomuse::nn;

struct Model {
    Model()
        : bytes(test::weight_file_of(test::random_tensors(1))), file(WeightFile::parse(bytes).value()),
          weights(MusicnnWeights::from(file).value()) {}
    std::vector<std::byte> bytes;
    WeightFile file;
    MusicnnWeights weights;
};

struct Aligned {
    explicit Aligned(std::size_t count) : lines(detail::vectors_for(count, 16)) {}
    [[nodiscard]] float* data() { return detail::values_of(lines).data(); }
    std::vector<detail::Line> lines;
};

/// The arguments of every kernel on memory of its own, filled with random values where their size matters to nothing.
struct Stage {
    Stage(const MusicnnWeights& model, InstructionSet instruction_set)
        : set(instruction_set), prepared(PreparedNetwork::prepare(model, set)), layout(lane_count(set)), kernels(set) {
        test::RandomValues random(2);
        for (Aligned* const memory : {&normalised, &spectra, &temporal_spectra, &features, &mid_spectra, &mid_sums}) {
            for (float& value : detail::values_of(memory->lines)) {
                value = random.next();
            }
        }
    }

    [[nodiscard]] const float* weights(std::size_t offset) const {
        return reinterpret_cast<const float*>(prepared.bytes().data() + sizeof(detail::PreparedHeader)) + offset;
    }
    [[nodiscard]] float* frame0() { return features.data() + detail::k_feature_rows_before * detail::k_feature_stride; }

    void band_spectra() {
        kernels.gemm({.a = normalised.data(),
                      .a_stride = k_mel_bands,
                      .rows = k_patch_frames,
                      .inner = k_mel_bands,
                      .b = weights(layout.band_transform),
                      .columns = detail::k_spectrum_channels,
                      .out = spectra.data(),
                      .out_stride = detail::k_spectrum_stride});
    }
    void front(std::size_t i) {
        (i == 0 ? kernels.front_38 : kernels.front_67)({.spectra = spectra.data(),
                                                        .weights = weights(layout.front[i]),
                                                        .affine = weights(layout.front_affine[i]),
                                                        .buffer = buffer.data(),
                                                        .out = frame0() + i * detail::k_front_filters,
                                                        .out_stride = detail::k_feature_stride});
    }
    [[nodiscard]] detail::TemporalArguments temporal() {
        return {.normalised = normalised.data(),
                .roots = detail::temporal_roots().data(),
                .weights = weights(layout.temporal),
                .affine = weights(layout.temporal_affine),
                .spectra = temporal_spectra.data(),
                .buffer = buffer.data(),
                .out = frame0() + detail::k_temporal_column,
                .out_stride = detail::k_feature_stride};
    }
    [[nodiscard]] detail::MidArguments mid() {
        return {.input = features.data(),
                .channels = detail::k_mid_column,
                .spectra = mid_spectra.data(),
                .sums = mid_sums.data(),
                .affine = weights(layout.mid_affine[0]),
                .residual = nullptr,
                .out = frame0() + detail::k_mid_column};
    }
    void mid_products() {
        const std::size_t size = detail::mid_product_weights_size(k_front_channels, lane_count(set));
        for (std::size_t product = 0; product < detail::k_mid_products; ++product) {
            kernels.gemm({.a = mid_spectra.data() + product * detail::k_block_rows * detail::k_mid_column,
                          .a_stride = detail::k_mid_column,
                          .rows = detail::k_block_rows,
                          .inner = k_front_channels,
                          .b = weights(layout.mid[0] + product * size),
                          .columns = k_mid_channels,
                          .out = mid_sums.data() + product * detail::k_block_rows * k_mid_channels,
                          .out_stride = k_mid_channels});
        }
    }

    InstructionSet set;
    PreparedNetwork prepared;
    detail::PreparedLayout layout;
    detail::Kernels kernels;
    Aligned normalised{detail::k_normalised_rows * k_mel_bands};
    Aligned spectra{detail::k_spectrum_rows * detail::k_spectrum_stride};
    Aligned buffer{std::max(detail::k_front_buffer_size, detail::k_temporal_buffer_size)};
    Aligned temporal_spectra{detail::k_temporal_spectra_size};
    Aligned features{detail::k_feature_rows * detail::k_feature_stride};
    Aligned mid_spectra{detail::k_mid_spectra_size};
    Aligned mid_sums{detail::k_mid_sums_size};
    Aligned pooled{detail::k_pooled_stride};
};

void add(const std::string& step, InstructionSet set, std::function<void()> work) {
    benchmark::RegisterBenchmark((step + "/" + std::string(to_string(set))).c_str(), [work = std::move(work)](
                                                                                         benchmark::State& state) {
        for (auto _ : state) {
            work();
            benchmark::ClobberMemory();
        }
    })->Unit(benchmark::kMicrosecond);
}

void add_all(const Model& model, InstructionSet set) {
    const auto network = std::make_shared<Network>(Network::create(PreparedNetwork::prepare(model.weights, set)).value());
    const auto patches = std::make_shared<std::vector<float>>(test::random_patches(1, 3));
    const auto scratch = std::make_shared<NetworkScratch>();
    add("patch", set, [=] {
        NetworkOutput output;
        network->run(*patches, {&output, 1}, *scratch);
        benchmark::DoNotOptimize(output);
    });

    const auto stage = std::make_shared<Stage>(model.weights, set);
    add("band_spectra", set, [=] { stage->band_spectra(); });
    add("front_38", set, [=] { stage->front(0); });
    add("front_67", set, [=] { stage->front(1); });
    add("temporal_spectra", set, [=] { stage->kernels.temporal_spectra(stage->temporal()); });
    add("temporal", set, [=] { stage->kernels.temporal(stage->temporal()); });
    add("mid_1_spectra", set, [=] { stage->kernels.mid_spectra(stage->mid()); });
    add("mid_1_products", set, [=] { stage->mid_products(); });
    add("mid_1_outputs", set, [=] { stage->kernels.mid_outputs(stage->mid()); });
    add("pooling", set, [=] { stage->kernels.pooling(stage->frame0(), stage->pooled.data()); });
    benchmark::RegisterBenchmark(("peak/" + std::string(to_string(set))).c_str(), [set](benchmark::State& state) {
        constexpr std::size_t rounds = 10'000;
        for (auto _ : state) {
            benchmark::DoNotOptimize(audiomuse::bench::multiply_and_add(set, rounds));
        }
        state.counters["operations"] =
            benchmark::Counter(static_cast<double>(rounds * audiomuse::bench::operations_of_a_round(set)),
                               benchmark::Counter::kIsIterationInvariantRate);
    });
    add("prepare", set, [&model, set] { benchmark::DoNotOptimize(PreparedNetwork::prepare(model.weights, set)); });
}

} // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 2;
    }
    const Model model;
    for (const InstructionSet set : available_instruction_sets()) {
        add_all(model, set);
    }
    const auto patch = test::random_patches(1, 3);
    add("oracle", InstructionSet::scalar, [&] {
        benchmark::DoNotOptimize(
            run_reference(model.weights, std::span<const float, k_patch_values>(patch.data(), k_patch_values)));
    });
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
