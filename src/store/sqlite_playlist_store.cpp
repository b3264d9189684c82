#include <store/sqlite_playlist_store.hpp>

#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <store/database.hpp>
#include <store/detail/connection.hpp>
#include <store/detail/engine.hpp>
#include <store/detail/text_list.hpp>

namespace audiomuse::store {

using detail::Connection;
using detail::Durability;
using detail::RowReader;

namespace {

Result<void> add_song(Connection& connection, std::int64_t playlist, std::int64_t position, const PlaylistSong& song) {
    if (!std::isfinite(song.duration_s)) {
        return fail(ErrorCode::invalid_argument, "A playlist with a duration that is not finite cannot be stored.");
    }
    return connection
        .change("INSERT INTO playlist_songs (playlist, position, track, title, artist, path, duration_s) VALUES (?1, ?2, ?3, ?4, "
                "?5, ?6, ?7)",
                playlist, position, song.id, song.title, song.artist, detail::blob_of(song.path), song.duration_s)
        .map([](std::int64_t) {});
}

Result<void> add_playlist(Connection& connection, std::int64_t position, const Playlist& playlist) {
    auto added = connection.change("INSERT INTO playlists (position, id, name, created_us) VALUES (?1, ?2, ?3, ?4)", position,
                                   playlist.id, playlist.name, playlist.created);
    if (!added && added.error().code == ErrorCode::conflict) {
        return fail(ErrorCode::conflict, "Two playlists of one run share the id or the name " + playlist.name + ".");
    }
    if (!added) {
        return fail(std::move(added));
    }
    std::int64_t song_position = 0;
    for (const PlaylistSong& song : playlist.songs) {
        if (auto done = add_song(connection, position, song_position++, song); !done) {
            return done;
        }
    }
    return {};
}

/// The playlists without their songs, by position.
Result<std::map<std::int64_t, Playlist>> read_playlists(Connection& connection) {
    auto query = connection.query("SELECT position, id, name, created_us FROM playlists");
    if (!query) {
        return fail(std::move(query));
    }
    std::map<std::int64_t, Playlist> playlists;
    for (;;) {
        auto found = query->step();
        if (!found) {
            return fail(std::move(found));
        }
        if (!*found) {
            return playlists;
        }
        RowReader row = query->row();
        Playlist& playlist = playlists[row.integer()];
        playlist.id = PlaylistId(row.text());
        playlist.name = row.text();
        playlist.created = row.time();
    }
}

Result<void> read_songs(Connection& connection, std::map<std::int64_t, Playlist>& playlists) {
    auto query = connection.query("SELECT playlist, track, title, artist, path, duration_s FROM playlist_songs AS song WHERE NOT "
                                  "EXISTS (SELECT 1 FROM sources JOIN tracks ON tracks.source = sources.seq AND tracks.id = "
                                  "song.track WHERE tracks.present = 0) ORDER BY playlist, position");
    if (!query) {
        return fail(std::move(query));
    }
    for (;;) {
        auto found = query->step();
        if (!found) {
            return fail(std::move(found));
        }
        if (!*found) {
            return {};
        }
        RowReader row = query->row();
        PlaylistSong& song = playlists[row.integer()].songs.emplace_back();
        song.id = TrackId(row.text());
        song.title = row.text();
        song.artist = row.text();
        song.path = row.text();
        song.duration_s = row.real();
    }
}

Result<std::vector<std::string>> read_list(RowReader& row) {
    auto texts = detail::unpack(row.bytes());
    if (!texts) {
        return fail(ErrorCode::damaged, "The songs of a published playlist cannot be read from the database.");
    }
    return std::move(*texts);
}

Result<PublishedPlaylist> read_publication(RowReader row) {
    PublishedPlaylist playlist;
    playlist.key = PublicationId(row.text());
    playlist.id = PlaylistId(row.text());
    playlist.owner.sink = row.text();
    playlist.owner.user = row.text();
    playlist.external_id = row.text();
    playlist.content.name = row.text();
    std::vector<std::string> next;
    const bool changing = [&] {
        RowReader ahead = row;
        ahead.skip(1);
        return !ahead.next_is_null();
    }();
    for (auto* list : {&playlist.content.songs, &next, &playlist.others, &playlist.old_hashes}) {
        auto texts = read_list(row);
        if (!texts) {
            return fail(std::move(texts));
        }
        *list = std::move(*texts);
    }
    if (changing) {
        playlist.next_songs = std::move(next);
    }
    return playlist;
}

} // namespace

SqlitePlaylistStore::SqlitePlaylistStore(Database& database) : m_database(database) {}

Result<std::vector<Playlist>> SqlitePlaylistStore::current() {
    return m_database.engine().read([](Connection& connection) -> Result<std::vector<Playlist>> {
        auto playlists = read_playlists(connection);
        if (!playlists) {
            return fail(std::move(playlists));
        }
        if (auto read = read_songs(connection, *playlists); !read) {
            return fail(std::move(read));
        }
        std::vector<Playlist> in_order;
        in_order.reserve(playlists->size());
        for (auto& [position, playlist] : *playlists) {
            in_order.push_back(std::move(playlist));
        }
        return in_order;
    });
}

Result<void> SqlitePlaylistStore::replace(std::span<const Playlist> playlists) {
    return m_database.engine().write(Durability::power_loss, [&](Connection& connection) -> Result<void> {
        if (auto gone = connection.change("DELETE FROM playlists"); !gone) {
            return fail(std::move(gone));
        }
        std::int64_t position = 0;
        for (const Playlist& playlist : playlists) {
            if (auto added = add_playlist(connection, position++, playlist); !added) {
                return added;
            }
        }
        return {};
    });
}

Result<std::vector<PublishedPlaylist>> SqlitePlaylistStore::published() {
    return m_database.engine().read([](Connection& connection) -> Result<std::vector<PublishedPlaylist>> {
        auto query =
            connection.query("SELECT key, playlist, sink, user, external_id, name, songs, next_songs, others, old_hashes "
                             "FROM publications ORDER BY seq");
        if (!query) {
            return fail(std::move(query));
        }
        std::vector<PublishedPlaylist> published;
        for (;;) {
            auto found = query->step();
            if (!found) {
                return fail(std::move(found));
            }
            if (!*found) {
                return published;
            }
            auto playlist = read_publication(query->row());
            if (!playlist) {
                return fail(std::move(playlist));
            }
            published.push_back(std::move(*playlist));
        }
    });
}

Result<void> SqlitePlaylistStore::record_published(const PublishedPlaylist& playlist) {
    const std::string songs = detail::pack(playlist.content.songs);
    const std::string next = playlist.next_songs ? detail::pack(*playlist.next_songs) : "";
    const std::string others = detail::pack(playlist.others);
    const std::string hashes = detail::pack(playlist.old_hashes);
    const auto next_blob = playlist.next_songs ? std::optional(detail::blob_of(next)) : std::nullopt;
    return m_database.engine().write(Durability::power_loss, [&](Connection& connection) {
        return connection
            .change(
                "INSERT INTO publications (key, playlist, sink, user, external_id, name, songs, next_songs, others, old_hashes) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (key) DO UPDATE SET playlist = excluded.playlist, "
                "sink = excluded.sink, user = excluded.user, external_id = excluded.external_id, name = excluded.name, "
                "songs = excluded.songs, next_songs = excluded.next_songs, others = excluded.others, "
                "old_hashes = excluded.old_hashes",
                playlist.key, playlist.id, playlist.owner.sink, playlist.owner.user, playlist.external_id, playlist.content.name,
                detail::blob_of(songs), next_blob, detail::blob_of(others), detail::blob_of(hashes))
            .map([](std::int64_t) {});
    });
}

Result<void> SqlitePlaylistStore::forget_published(const PublicationId& key) {
    return m_database.engine().write(Durability::power_loss, [&](Connection& connection) {
        return connection.change("DELETE FROM publications WHERE key = ?1", key).map([](std::int64_t) {});
    });
}

} // namespace audiomuse::store
