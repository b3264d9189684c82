#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <base/log.hpp>

#include "analysis_json.hpp"
#include "commands.hpp"
#include "engine.hpp"
#include "standard_output.hpp"

namespace audiomuse::apps {

namespace {

using nlohmann::ordered_json;

/// RFC 4180: quoted where a comma, a quote or a line break needs it.
std::string csv_field(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
        return text;
    }
    std::string quoted = "\"";
    for (const char c : text) {
        quoted += c == '"' ? "\"\"" : std::string(1, c);
    }
    return quoted + '"';
}

void print_csv_header(StandardOutput& output) {
    output.print("path,item_id,artist,title,tempo,key,scale,energy");
    for (const std::string_view label : mood_labels()) {
        output.print(",{}", label);
    }
    output.print("\n");
}

void print_csv_row(StandardOutput& output, const AnalysedTrack& row) {
    const Analysis& analysis = row.analysis;
    output.print("{},{},{},{},{},{},{},{:.4f}", csv_field(row.track.path), csv_field(row.track.id.str()),
                 csv_field(row.track.artist), csv_field(row.track.title),
                 analysis.tempo_bpm ? fmt::format("{:.2f}", *analysis.tempo_bpm) : "",
                 analysis.key ? pitch_class_name(analysis.key->tonic) : "", analysis.key ? to_string(analysis.key->scale) : "",
                 analysis.energy);
    for (std::size_t i = 0; i < k_mood_count; ++i) {
        output.print(",{}", analysis.moods ? fmt::format("{:.4f}", (*analysis.moods)[i]) : "");
    }
    output.print("\n");
}

void print_json_line(StandardOutput& output, const AnalysedTrack& row) {
    const Analysis& analysis = row.analysis;
    ordered_json json;
    json["path"] = row.track.path;
    json["item_id"] = row.track.id.str();
    json["artist"] = row.track.artist;
    json["title"] = row.track.title;
    json["tempo"] = or_null(analysis.tempo_bpm);
    json["key"] = analysis.key ? ordered_json(pitch_class_name(analysis.key->tonic)) : nullptr;
    json["scale"] = analysis.key ? ordered_json(to_string(analysis.key->scale)) : nullptr;
    json["energy"] = analysis.energy;
    json["tempo_confidence"] = or_null(analysis.tempo_confidence);
    json["key_confidence"] = or_null(analysis.key_confidence);
    json["tempo_alternatives"] = tempo_alternatives_json(analysis.tempo_bpm);
    json["moods"] = moods_json(analysis.moods);
    output.print("{}\n", json.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

} // namespace

ExitCode export_tracks(const settings::LoadedSettings& loaded, ExportFormat format) {
    auto stored = StoredTracks::open(loaded.settings);
    if (!stored) {
        log::error("{}", stored.error().message);
        return ExitCode::some_failed;
    }
    StandardOutput output;
    if (format == ExportFormat::csv) {
        print_csv_header(output);
    }
    const auto visited = (*stored)->tracks.visit_analysed([&](const AnalysedTrack& row) {
        format == ExportFormat::csv ? print_csv_row(output, row) : print_json_line(output, row);
        return output.good();
    });
    if (!visited) {
        log::error("{}", visited.error().message);
    }
    return output.finish(visited ? ExitCode::success : ExitCode::some_failed);
}

} // namespace audiomuse::apps
