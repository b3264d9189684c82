#include <library/subsonic_playlist_sink.hpp>

#include <utility>

#include <fmt/format.h>

#include <base/log.hpp>
#include <base/text.hpp>
#include <library/detail/subsonic_client.hpp>
#include <library/detail/subsonic_playlists.hpp>

namespace audiomuse::library {

namespace {

constexpr int k_most_rounds = 3;

template <class T>
tl::unexpected<Error> fail(detail::SubsonicOutcome<T>&& outcome) {
    return tl::unexpected<Error>(std::move(outcome).error().error);
}

/// True for a refusal that a song may be the reason of.
bool may_be_due_to_a_song(const detail::SubsonicFailure& failure) {
    return failure.code && failure.error.code != ErrorCode::unauthorized;
}

std::vector<std::string> song_ids(const Playlist& playlist) {
    std::vector<std::string> ids;
    ids.reserve(playlist.songs.size());
    for (const PlaylistSong& song : playlist.songs) {
        ids.push_back(song.id.str());
    }
    return ids;
}

} // namespace

SubsonicPlaylistSink::SubsonicPlaylistSink(Settings settings, net::HttpClient& http)
    : m_settings(std::move(settings)), m_client(std::make_unique<detail::SubsonicClient>(m_settings.access, http)),
      m_playlists(std::make_unique<detail::SubsonicPlaylists>(*m_client)) {}

SubsonicPlaylistSink::~SubsonicPlaylistSink() = default;

std::string SubsonicPlaylistSink::name() const { return m_client->server_name(); }

/// Nothing when there is none, or a person changed it.
Result<std::optional<detail::ServerPlaylist>> SubsonicPlaylistSink::find_ours(const std::optional<PublishedPlaylist>& previous) {
    if (!previous || previous->external_id.empty()) {
        return std::nullopt;
    }
    auto found = m_playlists->find(previous->external_id);
    if (!found) {
        return fail(std::move(found));
    }
    if (*found && detail::content_hash(**found) == previous->content_hash) {
        return std::move(*found);
    }
    return std::nullopt;
}

Result<std::vector<std::string>> SubsonicPlaylistSink::known_songs(const std::vector<std::string>& songs,
                                                                   const std::string& title) {
    std::vector<std::string> known;
    for (const std::string& song : songs) {
        auto knows = m_playlists->knows_song(song);
        if (!knows) {
            return fail(std::move(knows));
        }
        if (*knows) {
            known.push_back(song);
        }
    }
    if (known.empty() && !songs.empty()) {
        return audiomuse::fail(ErrorCode::not_found,
                               fmt::format("{} knows none of the songs of \"{}\".", m_client->server_name_first(), title));
    }
    if (known.size() < songs.size()) {
        log::warn("{} no longer knows {} of the {} songs of \"{}\": they are left out.", m_client->server_name_first(),
                  songs.size() - known.size(), songs.size(), title);
    }
    return known;
}

Result<detail::ServerPlaylist> SubsonicPlaylistSink::bring_to(const std::string& id, const std::string& title,
                                                              std::vector<std::string> songs) {
    for (int round = 0;; ++round) {
        auto present = m_playlists->find(id);
        if (!present) {
            return fail(std::move(present));
        }
        if (!*present) {
            return audiomuse::fail(ErrorCode::conflict,
                                   fmt::format("The playlist \"{}\" went away while it was written.", title));
        }
        if ((*present)->songs == songs) {
            return std::move(**present);
        }
        if (round == k_most_rounds) {
            return audiomuse::fail(ErrorCode::conflict,
                                   fmt::format("{} keeps {} songs in \"{}\" that are not the {} that were sent.",
                                               m_client->server_name_first(), (*present)->songs.size(), title, songs.size()));
        }
        if (round > 0) { // the last change did not do it
            auto known = known_songs(songs, title);
            if (!known) {
                return audiomuse::fail(std::move(known));
            }
            songs = std::move(*known);
        }
        if (auto updated = m_playlists->update(**present, songs); !updated && !may_be_due_to_a_song(updated.error())) {
            return fail(std::move(updated));
        }
    }
}

Result<detail::ServerPlaylist> SubsonicPlaylistSink::create(const Playlist& playlist, std::vector<std::string> songs) {
    const std::string title = to_display_text(playlist.name);
    auto id = m_playlists->create(playlist.name, songs);
    if (!id && may_be_due_to_a_song(id.error())) {
        auto known = known_songs(songs, title);
        if (!known) {
            return audiomuse::fail(std::move(known));
        }
        if (known->size() < songs.size()) {
            songs = std::move(*known);
            id = m_playlists->create(playlist.name, songs);
        }
    }
    if (!id) {
        return fail(std::move(id));
    }
    auto made = bring_to(*id, title, std::move(songs));
    if (!made) {
        if (const auto erased = m_playlists->erase(*id); !erased) { // all stays as it was
            log::warn("The unfinished playlist \"{}\" could not be removed: {}", title, erased.error().error.message);
        }
    }
    return made;
}

void SubsonicPlaylistSink::show_to_the_right_people(const detail::ServerPlaylist& playlist) {
    const bool wanted = m_settings.visibility == Visibility::everyone;
    if (playlist.is_public.value_or(false) == wanted) {
        return;
    }
    if (const auto set = m_playlists->set_public(playlist.id, wanted); !set) {
        log::warn("\"{}\" could not be made {}: {}", to_display_text(playlist.name), wanted ? "public" : "private",
                  set.error().error.message);
    }
}

Result<PublishedPlaylist> SubsonicPlaylistSink::publish(const Playlist& playlist,
                                                        const std::optional<PublishedPlaylist>& previous) {
    auto ours = find_ours(previous);
    if (!ours) {
        return audiomuse::fail(std::move(ours));
    }
    const bool in_place = *ours && (*ours)->name == playlist.name;
    auto written = in_place ? bring_to((*ours)->id, to_display_text(playlist.name), song_ids(playlist))
                            : create(playlist, song_ids(playlist));
    if (!written) {
        return audiomuse::fail(std::move(written));
    }
    show_to_the_right_people(*written);
    PublishedPlaylist published{playlist.id, written->id, detail::content_hash(*written)};
    if (*ours && !in_place) {
        if (auto removed = remove(*previous); !removed) {
            static_cast<void>(m_playlists->erase(published.external_id)); // all stays as it was
            return audiomuse::fail(std::move(removed));
        }
    }
    return published;
}

Result<RemovalOutcome> SubsonicPlaylistSink::remove(const PublishedPlaylist& playlist) {
    if (playlist.external_id.empty()) {
        return RemovalOutcome::already_gone;
    }
    auto found = m_playlists->find(playlist.external_id);
    if (!found) {
        return fail(std::move(found));
    }
    if (!*found) {
        return RemovalOutcome::already_gone;
    }
    if (detail::content_hash(**found) != playlist.content_hash) {
        return RemovalOutcome::kept_because_changed;
    }
    auto erased = m_playlists->erase(playlist.external_id);
    if (!erased) {
        return fail(std::move(erased));
    }
    return *erased ? RemovalOutcome::removed : RemovalOutcome::already_gone;
}

} // namespace audiomuse::library
