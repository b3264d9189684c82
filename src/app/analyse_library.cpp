#include <app/analyse_library.hpp>

#include <utility>

#include <nlohmann/json.hpp>

#include <app/analysis_run.hpp>

namespace audiomuse::app {

namespace {

/// Runs after which a track that made the analyser crash, hang or outgrow its memory is left alone.
constexpr int k_runs_before_rest = 3;

bool is_outdated(const AnalysisVersion& stored, const AnalysisVersion& current) {
    return stored.tempo < current.tempo || stored.key < current.key || stored.moods < current.moods ||
           stored.network < current.network;
}

} // namespace

std::string to_json(const AnalysisParams& params) {
    nlohmann::ordered_json json;
    json["num_recent_albums"] = params.num_recent_albums;
    json["top_n_moods"] = params.top_n_moods;
    json["retry_failed"] = params.retry_failed;
    json["accept_removals"] = params.accept_removals;
    if (params.server) {
        json["jellyfin_url"] = params.server->url;
        json["jellyfin_user_id"] = params.server->user_id;
        json["jellyfin_token"] = params.server->token;
    }
    return json.dump();
}

Result<AnalysisParams> parse_analysis_params(const std::string& json) {
    try {
        const auto object = nlohmann::json::parse(json);
        AnalysisParams params;
        params.num_recent_albums = object.at("num_recent_albums").get<std::uint64_t>();
        params.top_n_moods = object.at("top_n_moods").get<std::size_t>();
        params.retry_failed = object.at("retry_failed").get<bool>();
        params.accept_removals = object.value("accept_removals", false); // older programs stored none
        if (object.contains("jellyfin_url")) {
            params.server =
                NamedServer{object.at("jellyfin_url").get<std::string>(), object.at("jellyfin_user_id").get<std::string>(),
                            object.at("jellyfin_token").get<std::string>()};
        }
        return params;
    } catch (const nlohmann::json::exception&) {
        return fail(ErrorCode::damaged, "The stored parameters of the analysis cannot be read.");
    }
}

bool needs_analysis(const TrackStatus& status, const AnalysisVersion& current, bool retry_failed) {
    if (!status.stamp_matches) {
        return true;
    }
    if (status.analysed && !is_outdated(*status.analysed, current)) {
        return false;
    }
    if (!status.failure || retry_failed) {
        return true;
    }
    if (lasts_until_the_file_changes(*status.failure)) {
        return false;
    }
    return !deserves_a_second_attempt(*status.failure) || status.runs_failed < k_runs_before_rest;
}

AnalyseLibrary::AnalyseLibrary(MusicSource& source, Analyser& analyser, TrackStore& tracks, Settings settings,
                               ProgressListener listener)
    : m_source(source), m_analyser(analyser), m_tracks(tracks), m_settings(std::move(settings)), m_listener(std::move(listener)) {
}

tasks::TaskOutcome AnalyseLibrary::operator()(tasks::TaskContext& context) {
    const auto params = parse_analysis_params(context.params());
    if (!params) {
        return {TaskState::failure, params.error().message, "{}"};
    }
    AnalysisRun run(m_source, m_analyser, m_tracks, m_settings, m_listener, *params, context);
    return run.run();
}

} // namespace audiomuse::app
