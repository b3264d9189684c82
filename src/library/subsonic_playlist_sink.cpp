#include <library/subsonic_playlist_sink.hpp>

#include <utility>

#include <fmt/format.h>

#include <base/log.hpp>
#include <base/text.hpp>
#include <library/detail/subsonic_answer.hpp>
#include <library/detail/subsonic_client.hpp>
#include <library/detail/subsonic_playlists.hpp>

namespace audiomuse::library {

namespace {

template <class T>
tl::unexpected<Error> fail(detail::SubsonicOutcome<T>&& outcome) {
    return tl::unexpected<Error>(std::move(outcome).error().error);
}

/// Of a change: a refusal that a song may be the reason of is not_found.
template <class T>
tl::unexpected<Error> fail_change(detail::SubsonicOutcome<T>&& outcome) {
    detail::SubsonicFailure failure = std::move(outcome).error();
    if (failure.code && failure.error.code != ErrorCode::unauthorized) {
        failure.error.code = ErrorCode::not_found;
    }
    return tl::unexpected<Error>(std::move(failure.error));
}

template <class T>
bool is_of_this_playlist(const detail::SubsonicOutcome<T>& outcome) {
    return !outcome && outcome.error().code == static_cast<int>(detail::SubsonicError::forbidden);
}

} // namespace

SubsonicPlaylistSink::SubsonicPlaylistSink(Settings settings, net::HttpClient& http)
    : m_settings(std::move(settings)), m_client(std::make_unique<detail::SubsonicClient>(m_settings.access, http)),
      m_playlists(std::make_unique<detail::SubsonicPlaylists>(*m_client)) {}

SubsonicPlaylistSink::~SubsonicPlaylistSink() = default;

std::string SubsonicPlaylistSink::name() const { return m_client->server_name(); }

Result<std::vector<PlaylistOwner>> SubsonicPlaylistSink::owners(std::stop_token /*stop*/) {
    return std::vector{PlaylistOwner{"subsonic:" + m_settings.access.url.shown(), m_settings.access.user}};
}

bool SubsonicPlaylistSink::can_act_for(const PlaylistOwner& owner) const { return owner.user == m_settings.access.user; }

Result<SinkContent> SubsonicPlaylistSink::content_of(const Playlist& playlist) const {
    SinkContent content{playlist.name, {}};
    content.songs.reserve(playlist.songs.size());
    for (const PlaylistSong& song : playlist.songs) {
        content.songs.push_back(song.id.str());
    }
    return content;
}

Result<std::vector<std::string>> SubsonicPlaylistSink::ids_of_name(const PlaylistOwner& /*owner*/, const std::string& name,
                                                                   std::stop_token stop) {
    auto ids = m_playlists->ids_of_name(name, stop);
    return ids ? Result<std::vector<std::string>>(std::move(*ids)) : fail(std::move(ids));
}

Result<std::optional<SinkPlaylist>> SubsonicPlaylistSink::read(const PlaylistOwner& /*owner*/, const std::string& id,
                                                               std::stop_token stop) {
    if (id.empty()) {
        return std::nullopt;
    }
    auto found = m_playlists->find(id, stop);
    return found ? Result<std::optional<SinkPlaylist>>(std::move(*found)) : fail(std::move(found));
}

Result<std::string> SubsonicPlaylistSink::create(const PlaylistOwner& /*owner*/, const SinkContent& content,
                                                 const ChangeRecorder& record, std::stop_token stop) {
    auto id = m_playlists->create(content, record, stop);
    return id ? Result<std::string>(std::move(*id)) : fail_change(std::move(id));
}

void SubsonicPlaylistSink::show_to_the_right_people(const SinkPlaylist& playlist, const std::stop_token& stop) {
    const bool wanted = m_settings.visibility == Visibility::everyone;
    if (playlist.is_public.value_or(false) == wanted) {
        return;
    }
    if (const auto set = m_playlists->set_public(playlist.id, wanted, stop); !set) {
        log::warn("\"{}\" could not be made {}: {}", to_display_text(playlist.content.name), wanted ? "public" : "private",
                  set.error().error.message);
    }
}

Result<UpdateOutcome> SubsonicPlaylistSink::update(const PlaylistOwner& /*owner*/, const SinkPlaylist& present,
                                                   const std::vector<std::string>& songs, const ChangeRecorder& record,
                                                   std::stop_token stop) {
    if (present.content.songs == songs) {
        show_to_the_right_people(present, stop);
        return UpdateOutcome::unchanged;
    }
    auto updated = m_playlists->update(present, songs, record, stop);
    if (!updated) {
        return is_of_this_playlist(updated) ? Result<UpdateOutcome>(UpdateOutcome::refused) : fail_change(std::move(updated));
    }
    show_to_the_right_people(present, stop);
    return UpdateOutcome::updated;
}

Result<RemovalOutcome> SubsonicPlaylistSink::remove(const PlaylistOwner& /*owner*/, const SinkPlaylist& present,
                                                    std::stop_token stop) {
    auto erased = m_playlists->erase(present.id, stop);
    if (!erased) {
        return is_of_this_playlist(erased) ? Result<RemovalOutcome>(RemovalOutcome::refused) : fail(std::move(erased));
    }
    return *erased ? RemovalOutcome::removed : RemovalOutcome::already_gone;
}

Result<std::vector<std::string>> SubsonicPlaylistSink::lost_songs(const PlaylistOwner& /*owner*/,
                                                                  std::span<const std::string> songs, std::stop_token stop) {
    std::vector<std::string> lost;
    for (const std::string& song : songs) {
        auto knows = m_playlists->knows_song(song, stop);
        if (!knows) {
            return fail(std::move(knows));
        }
        if (!*knows) {
            lost.push_back(song);
        }
    }
    return lost;
}

} // namespace audiomuse::library
