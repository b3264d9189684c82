// The whole analysis of files in this process and thread, without children and confinement: what a profiler and an emulator of
// other processors are to see.
//
//   build/release/bin/pipeline_bench FILE...        prints a JSON line a file: what was heard, processor time by stage
//   bench/pipeline/instructions build/release/bin/pipeline_bench FILE      counts instructions by stage
//   bench/accuracy/processors.py                                           compares processors
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <analysis/track_analyser.hpp>
#include <base/files.hpp>
#include <nn/embedded_model.hpp>
#include <nn/network.hpp>

namespace {

std::string to_line(const char* file, std::string_view instruction_set, const audiomuse::Analysis& analysis) {
    using nlohmann::ordered_json;
    const audiomuse::AnalysisTimings& ms = analysis.timings;
    ordered_json json{{"file", file}, {"instruction_set", instruction_set}, {"duration_s", analysis.duration_s}};
    json["tempo"] = analysis.tempo_bpm ? ordered_json(*analysis.tempo_bpm) : nullptr;
    json["key"] = analysis.key ? ordered_json(audiomuse::pitch_class_name(analysis.key->tonic)) : nullptr;
    json["scale"] = analysis.key ? ordered_json(to_string(analysis.key->scale)) : nullptr;
    json["energy"] = analysis.energy;
    json["tags"] = analysis.tags.value_or(audiomuse::Tags{});
    json["embedding"] = analysis.embedding.value_or(audiomuse::Embedding{});
    json["timings_ms"] = {{"decode", ms.decode_ms}, {"tempo", ms.tempo_ms},     {"key", ms.key_ms},
                          {"mel", ms.mel_ms},       {"network", ms.network_ms}, {"total", ms.total_ms}};
    return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

} // namespace

int main(int argc, char** argv) {
    using namespace audiomuse;
    auto network = nn::Network::load(nn::embedded_model());
    if (!network) {
        fmt::print(stderr, "pipeline_bench: {}\n", network.error().message);
        return 1;
    }
    const std::string_view instruction_set = nn::to_string(network->instruction_set());
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
        fmt::print("{}\n", to_line(argv[i], instruction_set, *result));
    }
    return 0;
}
