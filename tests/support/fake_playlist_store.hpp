#pragma once

#include <map>
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
        std::vector<PublishedPlaylist> published;
        for (const auto& [external_id, playlist] : m_published) {
            published.push_back(playlist);
        }
        return published;
    }

    Result<void> record_published(const PublishedPlaylist& playlist) override {
        const std::lock_guard lock(m_mutex);
        m_published[playlist.external_id] = playlist;
        return {};
    }

    Result<void> forget_published(const std::string& external_id) override {
        const std::lock_guard lock(m_mutex);
        m_published.erase(external_id);
        return {};
    }

  private:
    std::mutex m_mutex;
    std::vector<Playlist> m_current;
    std::map<std::string, PublishedPlaylist> m_published;
};

} // namespace audiomuse
