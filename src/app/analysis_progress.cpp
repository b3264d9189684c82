#include <app/analysis_progress.hpp>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace audiomuse::app {

namespace {

constexpr std::size_t k_failed_tracks_shown = 50;

/// The top_n_moods strongest moods, highest first, with their labels.
std::vector<std::pair<std::string_view, float>> strongest(const Moods& moods, std::size_t top_n_moods) {
    std::vector<std::pair<std::string_view, float>> strongest;
    for (const std::size_t mood : strongest_first(moods)) {
        strongest.emplace_back(mood_labels()[mood], moods[mood]);
    }
    strongest.resize(std::min(top_n_moods, strongest.size()));
    return strongest;
}

nlohmann::ordered_json to_json(const Track& track, const Analysis& analysis, std::size_t top_n_moods) {
    nlohmann::ordered_json json;
    json["name"] = track.display_name();
    json["tempo"] = analysis.tempo_bpm ? nlohmann::ordered_json(*analysis.tempo_bpm) : nullptr;
    json["key"] = analysis.key ? nlohmann::ordered_json(pitch_class_name(analysis.key->tonic)) : nullptr;
    json["scale"] = analysis.key ? nlohmann::ordered_json(to_string(analysis.key->scale)) : nullptr;
    json["moods"] = nullptr;
    if (analysis.moods) {
        json["moods"] = nlohmann::ordered_json::object();
        for (const auto& [label, value] : strongest(*analysis.moods, top_n_moods)) {
            json["moods"][std::string(label)] = value;
        }
    }
    return json;
}

} // namespace

std::string to_sentence(const AnalysisCounts& counts) {
    std::string text = fmt::format("{} seen, {} new, {} analysed, {} known, {} failed", counts.seen, counts.attempted,
                                   counts.analysed, counts.known, counts.failed);
    if (counts.skipped > 0) {
        text += fmt::format(", {} skipped with cancelled albums", counts.skipped);
    }
    if (counts.excluded > 0) {
        text += fmt::format(", {} excluded", counts.excluded);
    }
    return text;
}

std::string describe(const Analysis& analysis, std::size_t top_n_moods) {
    const std::string tempo = analysis.tempo_bpm ? fmt::format("{:.2f}", *analysis.tempo_bpm) : "unknown";
    const std::string key =
        analysis.key ? fmt::format("{} {}", pitch_class_name(analysis.key->tonic), to_string(analysis.key->scale)) : "unknown";
    std::string moods;
    if (analysis.moods) {
        for (const auto& [label, value] : strongest(*analysis.moods, top_n_moods)) {
            moods += fmt::format("{}{}:{:.2f}", moods.empty() ? "" : ", ", label, value);
        }
    } else {
        moods = "unavailable (no model)";
    }
    return fmt::format("Tempo: {}, Key: {}. Moods: {}", tempo, key, moods);
}

void AnalysisProgress::set_totals(std::uint64_t albums, std::uint64_t albums_completed, const AnalysisCounts& counts) {
    const std::lock_guard lock(m_mutex);
    m_albums = albums;
    m_albums_completed = albums_completed;
    m_counts = counts;
    m_eta = tasks::EtaEstimator(counts.seen - completed());
}

void AnalysisProgress::track_started(const std::string& album, const Track& track) {
    const std::lock_guard lock(m_mutex);
    m_album = album;
    m_current_track = track.display_name();
}

void AnalysisProgress::track_analysed(const Track& track, const Analysis& analysis) {
    const std::lock_guard lock(m_mutex);
    ++m_counts.analysed;
    m_current_analysis = to_json(track, analysis, m_top_n_moods).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    track_done();
}

void AnalysisProgress::track_known() {
    const std::lock_guard lock(m_mutex);
    ++m_counts.known;
    track_done();
}

void AnalysisProgress::track_failed(const Track& track, const TrackFailure& failure) {
    const std::lock_guard lock(m_mutex);
    ++m_counts.failed;
    m_failed.push_front({track.id, track.title, failure.reason});
    if (m_failed.size() > k_failed_tracks_shown) {
        m_failed.pop_back();
    }
    track_done();
}

void AnalysisProgress::track_remembered(const Track& track, FailureCode code) {
    const std::lock_guard lock(m_mutex);
    if (m_failed.size() < k_failed_tracks_shown) {
        m_failed.push_back(
            {track.id, track.title, fmt::format("Not tried again, as an earlier run found: {}.", to_string(code))});
    }
}

void AnalysisProgress::track_skipped() {
    const std::lock_guard lock(m_mutex);
    ++m_counts.skipped;
    track_done();
}

void AnalysisProgress::album_completed() {
    const std::lock_guard lock(m_mutex);
    ++m_albums_completed;
}

void AnalysisProgress::finish() {
    const std::lock_guard lock(m_mutex);
    m_album.clear();
}

void AnalysisProgress::track_done() { m_eta.item_done(tasks::EtaEstimator::Clock::now()); }

std::uint64_t AnalysisProgress::completed() const {
    return m_counts.analysed + m_counts.known + m_counts.failed + m_counts.skipped + m_counts.excluded;
}

AnalysisCounts AnalysisProgress::counts() const {
    const std::lock_guard lock(m_mutex);
    return m_counts;
}

int AnalysisProgress::percent() const {
    const std::lock_guard lock(m_mutex);
    return m_counts.seen == 0 ? 0 : static_cast<int>(completed() * 100 / m_counts.seen);
}

std::string AnalysisProgress::message() const {
    const std::lock_guard lock(m_mutex);
    return fmt::format("Processing albums: {}/{} completed.", m_albums_completed, m_albums);
}

AnalysisProgress::Snapshot AnalysisProgress::snapshot() const {
    const std::lock_guard lock(m_mutex);
    return {completed(), m_counts.seen, m_eta.remaining()};
}

std::string AnalysisProgress::details_json() const {
    const std::lock_guard lock(m_mutex);
    nlohmann::ordered_json json;
    if (!m_album.empty()) {
        json["album_name"] = m_album;
        json["current_track"] = m_current_track;
        json["current_track_analysis"] =
            m_current_analysis.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json::parse(m_current_analysis);
    }
    json["albums_completed"] = m_albums_completed;
    json["total_albums"] = m_albums;
    json["tracks_completed"] = completed();
    json["total_tracks"] = m_counts.seen;
    const auto eta = m_eta.remaining();
    json["eta_seconds"] = eta ? nlohmann::ordered_json(eta->count()) : nullptr;
    json["failed_tracks"] = nlohmann::ordered_json::array();
    for (const Failed& failed : m_failed) {
        json["failed_tracks"].push_back({{"item_id", failed.id.str()}, {"title", failed.title}, {"reason", failed.reason}});
    }
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string without_work_in_hand(const std::string& details_json) {
    auto details = nlohmann::ordered_json::parse(details_json, nullptr, /*allow_exceptions=*/false);
    if (!details.is_object()) {
        return details_json;
    }
    for (const char* name : {"album_name", "current_track", "current_track_analysis"}) {
        details.erase(name);
    }
    if (details.contains("eta_seconds")) {
        details["eta_seconds"] = nullptr;
    }
    return details.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace audiomuse::app
