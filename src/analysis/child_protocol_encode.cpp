#include <analysis/child_protocol.hpp>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <analysis/detail/protocol_limits.hpp>

namespace audiomuse::analysis {

namespace {

using namespace detail;
using nlohmann::json;

std::vector<std::byte> to_bytes(const json& value) {
    const std::vector<std::uint8_t> encoded = json::to_cbor(value);
    std::vector<std::byte> bytes(encoded.size());
    std::ranges::transform(encoded, bytes.begin(), [](std::uint8_t byte) { return std::byte{byte}; });
    return bytes;
}

/// At most `max_bytes` of valid UTF-8 without control characters.
std::string clean(std::string_view text, std::size_t max_bytes) {
    // json's writer knows how to replace what is not UTF-8; ours are short sentences, so its cost does not matter
    std::string safe = json(text).dump(-1, ' ', false, json::error_handler_t::replace);
    safe = json::parse(safe).get<std::string>();
    std::ranges::replace_if(
        safe, [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == 0x7F; }, ' ');
    if (safe.size() > max_bytes) {
        std::size_t end = max_bytes;
        while (end > 0 && (static_cast<unsigned char>(safe[end]) & 0xC0U) == 0x80U) { // not inside a character
            --end;
        }
        safe.resize(end);
    }
    return safe;
}

json to_json(const Setup& setup) {
    return {{"type", "setup"},
            {"data_bytes", setup.limits.data_bytes},
            {"cpu_time_s", static_cast<std::uint64_t>(setup.limits.cpu_time.count())},
            {"open_files", setup.limits.open_files},
            {"background", setup.limits.priority == sandbox::Priority::background}};
}

json to_json(const Request& request) {
    return {{"type", request.operation == Operation::analyse ? "analyse" : "identify"},
            {"number", request.number},
            {"size_bytes", request.size_bytes}};
}

json to_json(const Hello& hello) {
    json layers = json::array();
    for (const sandbox::Layer& layer : hello.confinement.layers) {
        const auto state = std::ranges::find(k_layer_states, layer.state, &decltype(k_layer_states)::value_type::first);
        layers.push_back({{"name", clean(layer.name, k_max_layer_bytes)},
                          {"state", state->second},
                          {"detail", clean(layer.detail, k_max_layer_bytes)}});
    }
    return {{"type", "hello"}, {"layers", std::move(layers)}};
}

template <class Values>
json to_json(const std::optional<Values>& values) {
    return values ? json(*values) : json(nullptr);
}

json to_json(const AnalysisTimings& timings) {
    return {{"decode_ms", timings.decode_ms}, {"tempo_ms", timings.tempo_ms},     {"key_ms", timings.key_ms},
            {"mel_ms", timings.mel_ms},       {"network_ms", timings.network_ms}, {"total_ms", timings.total_ms}};
}

json to_json(const Analysis& analysis) {
    json key = nullptr;
    if (analysis.key) {
        key = {{"tonic", static_cast<std::uint64_t>(analysis.key->tonic)}, {"major", analysis.key->scale == Scale::major}};
    }
    const AnalysisVersion& version = analysis.version;
    return {{"duration_s", analysis.duration_s},
            {"tempo_bpm", to_json(analysis.tempo_bpm)},
            {"tempo_confidence", to_json(analysis.tempo_confidence)},
            {"key", std::move(key)},
            {"key_confidence", to_json(analysis.key_confidence)},
            {"energy", analysis.energy},
            {"tags", to_json(analysis.tags)},
            {"embedding", to_json(analysis.embedding)},
            {"moods", to_json(analysis.moods)},
            {"partial", analysis.partial},
            {"identity", analysis.identity.str()},
            {"version",
             {{"tempo", static_cast<std::uint64_t>(version.tempo)},
              {"key", static_cast<std::uint64_t>(version.key)},
              {"moods", static_cast<std::uint64_t>(version.moods)},
              {"network", static_cast<std::uint64_t>(version.network)}}},
            {"timings", to_json(analysis.timings)}};
}

json to_json(const Answer& answer) {
    json message{{"number", answer.number}};
    if (const auto* analysis = std::get_if<Analysis>(&answer.content)) {
        message["type"] = "analysis";
        message["analysis"] = to_json(*analysis);
    } else if (const auto* identity = std::get_if<AudioIdentity>(&answer.content)) {
        message["type"] = "identity";
        message["identity"] = identity->str();
    } else {
        const auto& failure = std::get<TrackFailure>(answer.content);
        message["type"] = "failure";
        message["code"] = to_string(failure.code);
        message["reason"] = clean(failure.reason, k_max_reason_bytes);
    }
    return message;
}

} // namespace

std::vector<std::byte> encode(const ServerMessage& message) {
    return std::visit([](const auto& content) { return to_bytes(to_json(content)); }, message);
}

std::vector<std::byte> encode(const ChildMessage& message) {
    return std::visit([](const auto& content) { return to_bytes(to_json(content)); }, message);
}

} // namespace audiomuse::analysis
