#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <base/hash.hpp>
#include <domain/playlist_sink.hpp>

namespace audiomuse::test {

/// A playlist sink in memory.
class FakePlaylistSink final : public PlaylistSink {
  public:
    struct Stored {
        std::string name;
        std::string content;
    };

    /// As a person would, by hand; the key is the external id.
    std::map<std::string, Stored>& contents() { return m_contents; }
    void fail_with(std::optional<Error> error) { m_error = std::move(error); }

    [[nodiscard]] std::string name() const override { return "the fake sink"; }

    [[nodiscard]] Result<PublishedPlaylist> publish(const Playlist& playlist,
                                                    const std::optional<PublishedPlaylist>& previous) override {
        if (m_error) {
            return tl::unexpected(*m_error);
        }
        std::string content = playlist.name + "\n";
        for (const PlaylistSong& song : playlist.songs) {
            content += fmt::format("{}\t{}\t{}\n", song.id.str(), song.artist, song.title);
        }
        const bool ours = previous && is_ours(*previous);
        std::string id = previous ? previous->external_id : "";
        if (!ours || m_contents[id].name != playlist.name) {
            if (ours) {
                m_contents.erase(id);
            }
            id = fmt::format("p{}", ++m_last_number);
        }
        PublishedPlaylist published{playlist.id, id, hash128_hex(content)};
        m_contents[id] = {playlist.name, std::move(content)};
        return published;
    }

    [[nodiscard]] Result<RemovalOutcome> remove(const PublishedPlaylist& playlist) override {
        if (m_error) {
            return tl::unexpected(*m_error);
        }
        if (!m_contents.contains(playlist.external_id)) {
            return RemovalOutcome::already_gone;
        }
        if (!is_ours(playlist)) {
            return RemovalOutcome::kept_because_changed;
        }
        m_contents.erase(playlist.external_id);
        return RemovalOutcome::removed;
    }

  private:
    [[nodiscard]] bool is_ours(const PublishedPlaylist& playlist) const {
        const auto found = m_contents.find(playlist.external_id);
        return found != m_contents.end() && hash128_hex(found->second.content) == playlist.content_hash;
    }

    std::map<std::string, Stored> m_contents;
    std::optional<Error> m_error;
    int m_last_number = 0;
};

} // namespace audiomuse::test
