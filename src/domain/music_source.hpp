#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include <base/result.hpp>
#include <domain/analyser.hpp>
#include <domain/failure.hpp>
#include <domain/track.hpp>

namespace audiomuse {

/// Names the origin of tracks in the store: item ids are unique within one source.
using SourceId = Id<struct SourceTag>;

/// How many of the newest albums a listing visits.
struct AlbumLimit {
    std::uint64_t newest = 0; ///< 0: all
};

/// What a listing saw.
struct Listing {
    std::uint64_t albums = 0;
    std::uint64_t tracks = 0;
    bool complete = false; ///< every album was visited and nothing was unreadable: what was not seen is gone
    /// The music libraries that were visited, by name, when there are others beside them; empty: all.
    std::vector<std::string> libraries;
    std::vector<std::string> problems; ///< a sentence for each folder or page that could not be read, at most 100
};

/// Called once an album with all its tracks, in track order. An error ends the listing with that error.
using AlbumVisitor = std::function<Result<void>(const Album&, std::span<const Track>)>;

/// Where music comes from: a folder or a media server.
class MusicSource {
  public:
    MusicSource() = default;
    MusicSource(const MusicSource&) = delete;
    MusicSource& operator=(const MusicSource&) = delete;
    virtual ~MusicSource() = default;

    [[nodiscard]] virtual SourceId id() const = 0;

    /// What people call it, as in "updated on Jellyfin".
    [[nodiscard]] virtual std::string name() const = 0;

    /// Visits albums, newest first, as they become known. Errors: not_found, unauthorized, unavailable, cancelled, io.
    [[nodiscard]] virtual Result<Listing> visit_albums(AlbumLimit limit, const AlbumVisitor& visitor, std::stop_token stop) = 0;

    /// The audio of a track that a listing named. May be called from several threads at once.
    [[nodiscard]] virtual tl::expected<AudioInput, TrackFailure> open(const Track& track, std::stop_token stop) = 0;
};

} // namespace audiomuse
