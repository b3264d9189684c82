#pragma once

#include <filesystem>

#include <domain/playlist_sink.hpp>

namespace audiomuse::library {

/// A folder of m3u8 files: UTF-8 with `#EXTM3U`, `#PLAYLIST`, `#EXTINF` and paths relative to the folder.
///
/// Songs are the lines of a file, and its name is what `#PLAYLIST` says, else the file's. An id is the file's name; a new file
/// takes a name that nothing has: "Name.m3u8", else "Name (2).m3u8". The folder is made when the first playlist is. create()
/// makes an empty file; a file changes in one step. Links, folders and names that lead elsewhere are no playlists. The folder is
/// one owner, without a user.
class M3u8PlaylistSink final : public PlaylistSink {
  public:
    struct Settings {
        std::filesystem::path folder;
        std::filesystem::path library; ///< what PlaylistSong::path is relative to
    };

    explicit M3u8PlaylistSink(Settings settings) : m_settings(std::move(settings)) {}

    [[nodiscard]] std::string name() const override { return "the playlist folder"; }
    [[nodiscard]] bool can_act_for(const PlaylistOwner& /*owner*/) const override { return true; }
    [[nodiscard]] Result<std::vector<PlaylistOwner>> owners(std::stop_token stop) override;
    /// Errors: io, not_found (the library folder).
    [[nodiscard]] Result<SinkContent> content_of(const Playlist& playlist) const override;
    [[nodiscard]] Result<std::vector<std::string>> ids_of_name(const PlaylistOwner& owner, const std::string& name,
                                                               std::stop_token stop) override;
    [[nodiscard]] Result<std::optional<SinkPlaylist>> read(const PlaylistOwner& owner, const std::string& id,
                                                           std::stop_token stop) override;
    /// Errors: io, conflict when a thousand files have the playlist's name.
    [[nodiscard]] Result<std::string> create(const PlaylistOwner& owner, const SinkContent& content, const ChangeRecorder& record,
                                             std::stop_token stop) override;
    /// needs_new for a file with a number once the plain name is free.
    [[nodiscard]] Result<UpdateOutcome> update(const PlaylistOwner& owner, const SinkPlaylist& present,
                                               const std::vector<std::string>& songs, const ChangeRecorder& record,
                                               std::stop_token stop) override;
    [[nodiscard]] Result<RemovalOutcome> remove(const PlaylistOwner& owner, const SinkPlaylist& present,
                                                std::stop_token stop) override;
    /// None: a file may name any song.
    [[nodiscard]] Result<std::vector<std::string>> lost_songs(const PlaylistOwner& owner, std::span<const std::string> songs,
                                                              std::stop_token stop) override;

  private:
    [[nodiscard]] Result<std::filesystem::path> make_folder() const;

    Settings m_settings;
};

} // namespace audiomuse::library
