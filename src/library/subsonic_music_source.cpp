#include <library/subsonic_music_source.hpp>

#include <utility>

#include <fmt/format.h>

#include <base/log.hpp>
#include <library/detail/audio_spool.hpp>
#include <library/detail/path_map.hpp>
#include <library/detail/subsonic_answer.hpp>
#include <library/detail/subsonic_client.hpp>
#include <library/detail/subsonic_listing.hpp>

namespace audiomuse::library {

/// What came in place of audio.
struct SubsonicMusicSource::Refusal {
    int status = 0;          ///< 0 when nothing came, or audio did
    std::optional<int> code; ///< the protocol's

    /// True when it holds for every way to the audio.
    [[nodiscard]] bool is_final() const {
        return status == 401 ||
               (code && (detail::is_login_refusal(*code) || *code == static_cast<int>(detail::SubsonicError::not_found)));
    }
    [[nodiscard]] bool is_forbidden() const {
        return status == 403 || code == static_cast<int>(detail::SubsonicError::forbidden);
    }
};

SubsonicMusicSource::SubsonicMusicSource(Settings settings, net::HttpClient& http)
    : m_settings(std::move(settings)), m_http(http),
      m_client(std::make_unique<detail::SubsonicClient>(m_settings.access, m_http)),
      m_spool(std::make_unique<detail::AudioSpool>(m_settings.audio)),
      m_path_map(std::make_unique<detail::PathMap>(m_settings.audio.path_map, "the Subsonic server")) {}

SubsonicMusicSource::~SubsonicMusicSource() = default;

SourceId SubsonicMusicSource::id() const { return SourceId("subsonic:" + m_settings.access.url.shown()); }

std::string SubsonicMusicSource::name() const { return m_client->server_name(); }

Result<Listing> SubsonicMusicSource::visit_albums(AlbumLimit limit, const AlbumVisitor& visitor, std::stop_token stop) {
    const detail::SubsonicListing::Settings settings{m_settings.music_libraries, m_settings.audio.spool_folder};
    if (stop.stop_requested()) {
        return fail(ErrorCode::cancelled, "The listing was cancelled.");
    }
    return detail::SubsonicListing(*m_client, settings, limit, visitor, std::move(stop)).run();
}

TrackFailure SubsonicMusicSource::explain(const Refusal& refusal, const net::Download& answer) const {
    if (!refusal.code) {
        TrackFailure failure = detail::read_refusal(answer);
        if (failure.scope == FailureScope::credential) {
            failure.reason = fmt::format("The server refused {} (status {}).", m_client->credential_name(), answer.status);
        }
        return failure;
    }
    const std::string meaning = detail::explain_subsonic_error(*refusal.code);
    if (detail::is_login_refusal(*refusal.code)) {
        return {FailureCode::refused, fmt::format("The server refused {}: {}.", m_client->credential_name(), meaning),
                FailureScope::credential};
    }
    switch (static_cast<detail::SubsonicError>(*refusal.code)) {
    case detail::SubsonicError::not_found: return {FailureCode::not_found, "The server no longer has the song."};
    case detail::SubsonicError::forbidden:
        return {FailureCode::refused, fmt::format("The server does not let the user have the audio: {}.", meaning),
                FailureScope::credential};
    default: return {FailureCode::unreachable, fmt::format("The server did not give the audio: {}.", meaning)};
    }
}

tl::expected<AudioInput, TrackFailure> SubsonicMusicSource::fetch(const char* method, const Track& track, std::stop_token stop,
                                                                  Refusal& refusal) {
    net::Parameters parameters{{"id", track.id.str()}};
    if (std::string_view(method) == "stream") {
        parameters.push_back({"format", "raw"});
    }
    const auto request = m_client->request(method, parameters, stop);
    if (!request) {
        const bool refused = request.error().code == ErrorCode::unauthorized;
        return tl::unexpected(TrackFailure{refused ? FailureCode::refused : FailureCode::unreachable, request.error().message,
                                           refused ? FailureScope::credential : FailureScope::track});
    }
    const auto read_refusal = [&](const net::Download& answer) {
        const auto said = detail::read_subsonic_answer(answer.head);
        refusal = {answer.status, said ? said->error : std::nullopt};
        return explain(refusal, answer);
    };
    return m_spool->fetch(m_http, *request, track.stamp.size_bytes, std::move(stop), read_refusal);
}

bool SubsonicMusicSource::is_gone(const Track& track, std::stop_token stop) {
    const auto song = m_client->call("getSong", {{"id", track.id.str()}}, detail::Effect::reads, std::move(stop));
    return !song && song.error().error.code == ErrorCode::not_found;
}

tl::expected<AudioInput, TrackFailure> SubsonicMusicSource::open(const Track& track, std::stop_token stop) {
    if (auto mapped = m_path_map->open(track.path, track.stamp.size_bytes)) {
        return std::move(*mapped);
    }
    Refusal refused_download;
    if (m_may_download) {
        auto input = fetch("download", track, stop, refused_download);
        if (input || refused_download.status == 0 || refused_download.is_final()) {
            return input;
        }
    }
    Refusal refused_stream;
    auto input = fetch("stream", track, stop, refused_stream);
    if (input && refused_download.is_forbidden() && m_may_download.exchange(false)) {
        log::info("{} does not let this user download: songs are streamed as they are.", m_client->server_name_first());
    }
    if (input || refused_stream.status == 0 || refused_stream.is_final() || input.error().scope == FailureScope::credential) {
        return input;
    }
    if (input.error().code != FailureCode::not_found && is_gone(track, stop)) {
        return tl::unexpected(TrackFailure{FailureCode::not_found, "The server no longer has the song."});
    }
    return input;
}

} // namespace audiomuse::library
