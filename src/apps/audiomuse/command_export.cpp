#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <base/log.hpp>

#include "analysis_json.hpp"
#include "commands.hpp"
#include "engine.hpp"

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

void print_csv_header() {
    fmt::print("path,item_id,artist,title,tempo,key,scale,energy");
    for (const std::string_view label : mood_labels()) {
        fmt::print(",{}", label);
    }
    fmt::print("\n");
}

void print_csv_row(const AnalysedTrack& row) {
    const Analysis& analysis = row.analysis;
    fmt::print("{},{},{},{},{},{},{},{:.4f}", csv_field(row.track.path), csv_field(row.track.id.str()),
               csv_field(row.track.artist), csv_field(row.track.title),
               analysis.tempo_bpm ? fmt::format("{:.2f}", *analysis.tempo_bpm) : "",
               analysis.key ? pitch_class_name(analysis.key->tonic) : "", analysis.key ? to_string(analysis.key->scale) : "",
               analysis.energy);
    for (std::size_t i = 0; i < k_mood_count; ++i) {
        fmt::print(",{}", analysis.moods ? fmt::format("{:.4f}", (*analysis.moods)[i]) : "");
    }
    fmt::print("\n");
}

void print_json_line(const AnalysedTrack& row) {
    const Analysis& analysis = row.analysis;
    ordered_json json;
    json["path"] = row.track.path;
    json["item_id"] = row.track.id.str();
    json["artist"] = row.track.artist;
    json["title"] = row.track.title;
    json["tempo"] = analysis.tempo_bpm ? ordered_json(*analysis.tempo_bpm) : nullptr;
    json["key"] = analysis.key ? ordered_json(pitch_class_name(analysis.key->tonic)) : nullptr;
    json["scale"] = analysis.key ? ordered_json(to_string(analysis.key->scale)) : nullptr;
    json["energy"] = analysis.energy;
    json["moods"] = moods_json(analysis.moods);
    fmt::print("{}\n", json.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

} // namespace

ExitCode export_tracks(const settings::LoadedSettings& loaded, ExportFormat format) {
    auto stores = Stores::open(loaded.settings);
    if (!stores) {
        log::error("{}", stores.error().message);
        return ExitCode::some_failed;
    }
    if (format == ExportFormat::csv) {
        print_csv_header();
    }
    const auto visited = (*stores)->tracks.visit_analysed([&](const AnalysedTrack& row) {
        format == ExportFormat::csv ? print_csv_row(row) : print_json_line(row);
        return std::ferror(stdout) == 0;
    });
    if (!visited) {
        log::error("{}", visited.error().message);
        return ExitCode::some_failed;
    }
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
        log::error("The list could not be written to its end.");
        return ExitCode::some_failed;
    }
    return ExitCode::success;
}

} // namespace audiomuse::apps
