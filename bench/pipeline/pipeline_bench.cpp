// The whole analysis of files in this process and thread, without children and confinement: what a profiler is to see.
//
//   build/release/bin/pipeline_bench FILE...        prints the processor time of each stage
//   bench/pipeline/instructions build/release/bin/pipeline_bench FILE      counts instructions by stage
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include <analysis/track_analyser.hpp>
#include <base/files.hpp>
#include <nn/embedded_model.hpp>
#include <nn/network.hpp>

int main(int argc, char** argv) {
    using namespace audiomuse;
    auto network = nn::Network::load(nn::embedded_model());
    if (!network) {
        fmt::print(stderr, "pipeline_bench: {}\n", network.error().message);
        return 1;
    }
    fmt::print("instruction set: {}\n", nn::to_string(network->instruction_set()));
    analysis::TrackAnalyser analyser(std::move(*network));
    for (int i = 1; i < argc; ++i) {
        auto file = open_for_reading(argv[i]);
        if (!file) {
            fmt::print(stderr, "pipeline_bench: {}\n", file.error().message);
            return 1;
        }
        const auto result = analyser.analyse({std::move(*file)}, {});
        if (!result) {
            fmt::print(stderr, "pipeline_bench: {}: {}\n", argv[i], result.error().reason);
            return 1;
        }
        const AnalysisTimings& ms = result->timings;
        fmt::print("{}: {:.1f} s; decode {:.1f} ms, tempo {:.1f}, key {:.1f}, mel {:.1f}, network {:.1f}, total {:.1f}\n",
                   argv[i], result->duration_s, ms.decode_ms, ms.tempo_ms, ms.key_ms, ms.mel_ms, ms.network_ms, ms.total_ms);
    }
    return 0;
}
