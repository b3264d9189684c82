#pragma once

#include <cstdint>

#include <base/result.hpp>
#include <domain/music_source.hpp>
#include <domain/track_store.hpp>
#include <store/detail/connection.hpp>

namespace audiomuse::store::detail {

/// Rows that the tracks of an album refer to.
struct AlbumPlace {
    AlbumId id;
    std::int64_t source = 0;
    std::int64_t listing = 0;
    std::int64_t album = 0;
};

/// Inserts or updates what a listing names. All within the caller's transaction.
[[nodiscard]] Result<AlbumPlace> place_album(Connection& connection, const SourceId& source, const ListingId& listing,
                                             const Album& album);
[[nodiscard]] Result<TrackStatus> place_track(Connection& connection, const AlbumPlace& place, const Track& track);

/// Makes tracks missing that the listing did not see, and forgets those that were missing before `forget_before`, and empty
/// albums.
[[nodiscard]] Result<ListingOutcome> end_listing(Connection& connection, const SourceId& source, const ListingId& listing,
                                                 const ListingEnd& end, UtcTime now, UtcTime forget_before);

} // namespace audiomuse::store::detail
