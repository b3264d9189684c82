#pragma once

#include <algorithm>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <domain/playlist_store.hpp>

namespace audiomuse {

/// A PlaylistStore in memory that keeps the contract of the port.
class FakePlaylistStore final : public PlaylistStore {
  public:
    Result<std::vector<Playlist>> current() override {
        const std::lock_guard lock(m_mutex);
        return m_current;
    }

    Result<void> replace(std::span<const Playlist> playlists) override {
        const std::lock_guard lock(m_mutex);
        std::set<PlaylistId> ids;
        std::set<std::string> names;
        for (const Playlist& playlist : playlists) {
            if (!ids.insert(playlist.id).second || !names.insert(playlist.name).second) {
                return fail(ErrorCode::conflict, "Two playlists of one run share the id or the name " + playlist.name + ".");
            }
        }
        m_current.assign(playlists.begin(), playlists.end());
        return {};
    }

    Result<std::vector<PublishedPlaylist>> published() override {
        const std::lock_guard lock(m_mutex);
        return m_published;
    }

    Result<void> record_published(const PublishedPlaylist& playlist) override {
        const std::lock_guard lock(m_mutex);
        const auto known = std::ranges::find(m_published, playlist.key, &PublishedPlaylist::key);
        if (known != m_published.end()) {
            *known = playlist;
        } else {
            m_published.push_back(playlist);
        }
        return {};
    }

    Result<void> forget_published(const PublicationId& key) override {
        const std::lock_guard lock(m_mutex);
        std::erase_if(m_published, [&](const PublishedPlaylist& playlist) { return playlist.key == key; });
        return {};
    }

  private:
    std::mutex m_mutex;
    std::vector<Playlist> m_current;
    std::vector<PublishedPlaylist> m_published;
};

} // namespace audiomuse
