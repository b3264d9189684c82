#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include <domain/music_source.hpp>

namespace audiomuse::library {

/// Gives a track as an earlier listing described it, when it is known and had this stamp: its tags are not read again. Called
/// from within visit_albums only.
using KnownTrackLookup = std::function<std::optional<Track>(const TrackId& id, const FileStamp& stamp)>;

/// A folder of music on this machine.
///
/// - Files are taken by their extension; what they hold shows when they are analysed, so empty and lying files are listed, too.
/// Hidden
///   files and folders are passed over.
/// - No link is followed out of the folder, neither by a listing nor by open(). A link inside it is followed when it leads to
/// something
///   hidden, once; else its target is listed where it stands.
/// - An item id is a hash of the path relative to the folder; an album id one of its grouping key. Both survive restarts, rescans
/// and a
///   move of the folder.
/// - An album is as new as its newest file. Track::album and Track::album_artist are the tags as they are; Album has what was
/// made of them.
/// - A listing is not complete when a folder could not be read, when the limit left albums out, and when the folder is wholly
/// empty (which
///   is how a disk looks that is not mounted).
///
/// Calls may overlap, whatever the thread.
class LocalMusicSource final : public MusicSource {
  public:
    struct Settings {
        std::filesystem::path folder;
    };

    explicit LocalMusicSource(Settings settings, KnownTrackLookup known_tracks = {});

    [[nodiscard]] SourceId id() const override { return SourceId("local"); }
    [[nodiscard]] std::string name() const override { return "the music folder"; }
    /// Errors beside those of the port: not_found when the folder does not exist, unavailable when it cannot be opened.
    [[nodiscard]] Result<Listing> visit_albums(AlbumLimit limit, const AlbumVisitor& visitor, std::stop_token stop) override;
    /// Failures: not_found; refused (no permission, or the path leads out of the folder); unreachable (the disk does not answer,
    /// or the library folder itself is not there).
    [[nodiscard]] tl::expected<AudioInput, TrackFailure> open(const Track& track, std::stop_token stop) override;

  private:
    Settings m_settings;
    KnownTrackLookup m_known_tracks;
};

} // namespace audiomuse::library
