#pragma once

#include <domain/playlist_store.hpp>

namespace audiomuse::store {

class Database;

/// Automatic playlists and their publications in SQLite. The database must outlive the store.
class SqlitePlaylistStore final : public PlaylistStore {
  public:
    explicit SqlitePlaylistStore(Database& database);

    [[nodiscard]] Result<std::vector<Playlist>> current() override;
    [[nodiscard]] Result<void> replace(std::span<const Playlist> playlists) override;
    [[nodiscard]] Result<std::vector<PublishedPlaylist>> published() override;
    [[nodiscard]] Result<void> record_published(const PublishedPlaylist& playlist) override;
    [[nodiscard]] Result<void> forget_published(const PublicationId& key) override;

  private:
    Database& m_database;
};

} // namespace audiomuse::store
