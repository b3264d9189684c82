#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <store/database.hpp>
#include <store/sqlite_playlist_store.hpp>
#include <store/sqlite_task_store.hpp>
#include <store/sqlite_track_store.hpp>
#include <support/temporary_folder.hpp>

namespace audiomuse::store {

/// A database in a folder of its own with all its stores.
struct SqliteStores {
    explicit SqliteStores(std::function<UtcTime()> now = utc_now)
        : database(Database::open(folder / "audiomuse.db").value()), tracks(*database, SourceId("local"), std::move(now)),
          tasks(*database), playlists(*database) {}

    TemporaryFolder folder;
    std::unique_ptr<Database> database;
    SqliteTrackStore tracks;
    SqliteTaskStore tasks;
    SqlitePlaylistStore playlists;
};

} // namespace audiomuse::store
