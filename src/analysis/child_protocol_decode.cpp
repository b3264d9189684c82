#include <analysis/child_protocol.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include <analysis/detail/plain_cbor.hpp>
#include <analysis/detail/protocol_limits.hpp>
#include <analysis/detail/strict_object.hpp>

namespace audiomuse::analysis {

namespace {

using namespace detail;
using nlohmann::json;

Result<json> from_bytes(std::span<const std::byte> bytes) {
    if (!detail::is_plain_cbor(bytes, k_max_depth)) {
        return fail(ErrorCode::damaged, "The message is not well-formed.");
    }
    const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
    json value = json::from_cbor(begin, begin + bytes.size(), true, false);
    if (value.is_discarded()) {
        return fail(ErrorCode::damaged, "The message is not well-formed.");
    }
    return value;
}

ServerMessage read_setup(StrictObject& object) {
    Setup setup;
    setup.limits.data_bytes = object.natural("data_bytes", k_any);
    setup.limits.cpu_time = std::chrono::seconds(object.natural("cpu_time_s", 1U << 30U));
    setup.limits.open_files = object.natural("open_files", 1U << 20U);
    setup.limits.priority = object.boolean("background") ? sandbox::Priority::background : sandbox::Priority::normal;
    return setup;
}

ServerMessage read_request(StrictObject& object, Operation operation) {
    return Request{object.natural("number", k_any), operation, object.natural("size_bytes", k_any)};
}

Result<Hello> read_hello(StrictObject& object) {
    Hello hello;
    const json& layers = object.member("layers");
    if (!layers.is_array() || layers.size() > k_max_layers) {
        return fail(ErrorCode::damaged, "layers is no short list.");
    }
    for (const json& element : layers) {
        StrictObject fields(element, "layer");
        sandbox::Layer layer;
        layer.name = fields.text("name", k_max_layer_bytes);
        layer.detail = fields.text("detail", k_max_layer_bytes);
        const auto state =
            std::ranges::find(k_layer_states, fields.text("state", 20), &decltype(k_layer_states)::value_type::second);
        if (auto end = fields.finish(); !end) {
            return fail(std::move(end));
        }
        if (state == k_layer_states.end()) {
            return fail(ErrorCode::damaged, "state of layer is no word that it may be.");
        }
        layer.state = state->first;
        hello.confinement.layers.push_back(std::move(layer));
    }
    return hello;
}

Result<AudioIdentity> read_identity(StrictObject& object) {
    std::string text = object.text("identity", 128);
    if (text.size() < 16 || text.find_first_not_of("0123456789abcdef") != std::string::npos) {
        return fail(ErrorCode::damaged, "identity is no hash in hexadecimal digits.");
    }
    return AudioIdentity(std::move(text));
}

Result<std::optional<Key>> read_key(const json& value) {
    if (value.is_null()) {
        return std::optional<Key>();
    }
    StrictObject fields(value, "key");
    const Key key{static_cast<int>(fields.natural("tonic", 11)), fields.boolean("major") ? Scale::major : Scale::minor};
    if (auto end = fields.finish(); !end) {
        return fail(std::move(end));
    }
    return key;
}

Result<AnalysisVersion> read_version(const json& value) {
    StrictObject fields(value, "version");
    const auto number = [&](const char* key) { return static_cast<int>(fields.natural(key, k_max_version)); };
    const AnalysisVersion version{number("tempo"), number("key"), number("moods"), number("network")};
    if (auto end = fields.finish(); !end) {
        return fail(std::move(end));
    }
    return version;
}

Result<AnalysisTimings> read_timings(const json& value) {
    StrictObject fields(value, "timings");
    const auto number = [&](const char* key) { return fields.number(key, 0, k_max_timing_ms); };
    const AnalysisTimings timings{number("decode_ms"), number("tempo_ms"),   number("key_ms"),
                                  number("mel_ms"),    number("network_ms"), number("total_ms")};
    if (auto end = fields.finish(); !end) {
        return fail(std::move(end));
    }
    return timings;
}

template <class Values>
std::optional<Values> read_values(StrictObject& fields, const char* key, float least, float most) {
    Values values{};
    return fields.numbers_or_null(key, values, least, most) ? std::optional(values) : std::nullopt;
}

Result<Analysis> read_analysis(const json& value) {
    StrictObject fields(value, "analysis");
    Analysis analysis;
    analysis.duration_s = fields.number("duration_s", 0, k_max_duration_s);
    if (const json& tempo = fields.member("tempo_bpm"); !tempo.is_null()) {
        const double bpm = tempo.is_number() ? tempo.get<double>() : 0;
        if (!(bpm > 0 && bpm <= k_max_tempo_bpm)) {
            return fail(ErrorCode::damaged, "tempo_bpm of analysis is no tempo.");
        }
        analysis.tempo_bpm = bpm;
    }
    analysis.tempo_confidence = fields.number_or_null("tempo_confidence", 0, 1);
    auto key = read_key(fields.member("key"));
    analysis.key_confidence = fields.number_or_null("key_confidence", 0, 1);
    analysis.energy = fields.number("energy", 0, 1);
    analysis.tags = read_values<Tags>(fields, "tags", 0, 1);
    analysis.embedding = read_values<Embedding>(fields, "embedding", -k_max_embedding, k_max_embedding);
    analysis.moods = read_values<Moods>(fields, "moods", 0, 1);
    analysis.partial = fields.boolean("partial");
    auto identity = read_identity(fields);
    auto version = read_version(fields.member("version"));
    auto timings = read_timings(fields.member("timings"));
    if (auto end = fields.finish(); !end) {
        return fail(std::move(end));
    }
    if (!key) {
        return fail(std::move(key));
    }
    if (!identity) {
        return fail(std::move(identity));
    }
    if (!version) {
        return fail(std::move(version));
    }
    if (!timings) {
        return fail(std::move(timings));
    }
    analysis.key = *key;
    analysis.identity = std::move(*identity);
    analysis.version = *version;
    analysis.timings = *timings;
    return analysis;
}

Result<TrackFailure> read_failure(StrictObject& object) {
    const auto code = parse_failure_code(object.text("code", 40));
    TrackFailure failure{FailureCode::crashed, object.text("reason", k_max_reason_bytes)};
    if (!code) {
        return fail(ErrorCode::damaged, "code is no failure code.");
    }
    failure.code = *code;
    return failure;
}

/// The content of one kind of message, once the whole object has been read.
template <class Message, class Content>
Result<Message> whole(const StrictObject& object, Result<Content>&& content) {
    if (!content) {
        return fail(std::move(content));
    }
    if (auto end = object.finish(); !end) {
        return fail(std::move(end));
    }
    return Message(std::move(*content));
}

Result<Answer> read_answer(StrictObject& object, const std::string& type) {
    Answer answer{object.natural("number", k_any), TrackFailure{}};
    const auto put = [&answer](auto&& content) -> Result<Answer> {
        if (!content) {
            return fail(std::move(content));
        }
        answer.content = std::move(*content);
        return std::move(answer);
    };
    if (type == "analysis") {
        return put(read_analysis(object.member("analysis")));
    }
    if (type == "identity") {
        return put(read_identity(object));
    }
    return put(read_failure(object));
}

} // namespace

Result<ServerMessage> decode_server_message(std::span<const std::byte> bytes) {
    const auto value = from_bytes(bytes);
    if (!value) {
        return tl::unexpected<Error>(value.error());
    }
    StrictObject object(*value, "message");
    const std::string type = object.text("type", 20);
    if (type == "setup") {
        return whole<ServerMessage>(object, Result<ServerMessage>(read_setup(object)));
    }
    if (type == "analyse" || type == "identify") {
        const auto operation = type == "analyse" ? Operation::analyse : Operation::identify;
        return whole<ServerMessage>(object, Result<ServerMessage>(read_request(object, operation)));
    }
    return fail(ErrorCode::damaged, "The message is of no known type.");
}

Result<ChildMessage> decode_child_message(std::span<const std::byte> bytes) {
    const auto value = from_bytes(bytes);
    if (!value) {
        return tl::unexpected<Error>(value.error());
    }
    StrictObject object(*value, "message");
    const std::string type = object.text("type", 20);
    if (type == "hello") {
        return whole<ChildMessage>(object, read_hello(object));
    }
    if (type == "analysis" || type == "identity" || type == "failure") {
        return whole<ChildMessage>(object, read_answer(object, type));
    }
    return fail(ErrorCode::damaged, "The message is of no known type.");
}

} // namespace audiomuse::analysis
