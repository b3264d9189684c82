#pragma once

#include <filesystem>
#include <functional>

#include <domain/playlist_sink.hpp>

namespace audiomuse::library {

/// A folder of m3u8 files: UTF-8 with `#EXTM3U`, `#PLAYLIST`, `#EXTINF` and paths relative to the folder.
///
/// A file is ours when its name is the stored one and its content has the stored hash; every other file belongs to a person and
/// is neither replaced nor removed. A name that such a file has is passed over for "Name (2).m3u8". The folder is made when the
/// first playlist is. Files appear and change in one step. `external_id` is the file's name.
class M3u8PlaylistSink final : public PlaylistSink {
  public:
    struct Settings {
        std::filesystem::path folder;
        std::filesystem::path library; ///< what PlaylistSong::path is relative to
        /// Called with where and what is about to be written, before it is: so that a file is known as ours even when the program
        /// is killed in between. An error ends publish().
        std::function<Result<void>(const PublishedPlaylist&)> record_intent{};
    };

    explicit M3u8PlaylistSink(Settings settings) : m_settings(std::move(settings)) {}

    [[nodiscard]] std::string name() const override { return "the playlist folder"; }
    /// Errors: io, not_found (the library folder), conflict when a thousand files have the playlist's name.
    [[nodiscard]] Result<PublishedPlaylist> publish(const Playlist& playlist,
                                                    const std::optional<PublishedPlaylist>& previous) override;
    /// Errors: io.
    [[nodiscard]] Result<RemovalOutcome> remove(const PublishedPlaylist& playlist) override;

  private:
    Settings m_settings;
};

} // namespace audiomuse::library
