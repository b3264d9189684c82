#include "analysis_json.hpp"

#include <nlohmann/json.hpp>

namespace audiomuse::apps {

namespace {

using nlohmann::ordered_json;

template <class Labels, class Values>
ordered_json labelled(const Labels& labels, const std::optional<Values>& values) {
    if (!values) {
        return nullptr;
    }
    ordered_json json = ordered_json::object();
    for (std::size_t i = 0; i < labels.size(); ++i) {
        json[std::string(labels[i])] = (*values)[i];
    }
    return json;
}

std::string to_line(const ordered_json& json) { return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace); }

} // namespace

ordered_json or_null(const std::optional<double>& value) { return value ? ordered_json(*value) : nullptr; }

ordered_json tempo_alternatives_json(const std::optional<double>& tempo_bpm) {
    return tempo_bpm ? ordered_json(tempo_alternatives(*tempo_bpm)) : nullptr;
}

ordered_json moods_json(const std::optional<Moods>& moods) { return labelled(mood_labels(), moods); }

std::string analysis_line(const std::string& file, const Analysis& analysis) {
    ordered_json json;
    json["file"] = file;
    json["ok"] = true;
    json["duration_s"] = analysis.duration_s;
    json["tempo"] = or_null(analysis.tempo_bpm);
    json["key"] = analysis.key ? ordered_json(pitch_class_name(analysis.key->tonic)) : nullptr;
    json["scale"] = analysis.key ? ordered_json(to_string(analysis.key->scale)) : nullptr;
    json["energy"] = analysis.energy;
    json["moods"] = moods_json(analysis.moods);
    json["tags"] = labelled(tag_labels(), analysis.tags);
    json["embedding"] = analysis.embedding ? ordered_json(*analysis.embedding) : nullptr;
    json["tempo_confidence"] = or_null(analysis.tempo_confidence);
    json["key_confidence"] = or_null(analysis.key_confidence);
    json["tempo_alternatives"] = tempo_alternatives_json(analysis.tempo_bpm);
    json["partial"] = analysis.partial;
    json["analysis_version"] = {{"tempo", analysis.version.tempo},
                                {"key", analysis.version.key},
                                {"moods", analysis.version.moods},
                                {"network", analysis.version.network}};
    json["timings_ms"] = {{"decode", analysis.timings.decode_ms},   {"tempo", analysis.timings.tempo_ms},
                          {"key", analysis.timings.key_ms},         {"mel", analysis.timings.mel_ms},
                          {"network", analysis.timings.network_ms}, {"total", analysis.timings.total_ms}};
    return to_line(json);
}

std::string failure_line(const std::string& file, const TrackFailure& failure) {
    return to_line({{"file", file}, {"ok", false}, {"error", to_string(failure.code)}, {"message", failure.reason}});
}

} // namespace audiomuse::apps
