#pragma once

#include <cstddef>

#include <base/result.hpp>
#include <domain/music_source.hpp>
#include <domain/track_store.hpp>
#include <store/detail/connection.hpp>

namespace audiomuse::store::detail {

/// TrackStore::renew_moods() for up to a thousand analyses of the source; how many there were. 0: none is left.
[[nodiscard]] Result<std::size_t> renew_some_moods(Connection& connection, const SourceId& source, const AnalysisVersion& current,
                                                   const MoodPredictor& predict);

} // namespace audiomuse::store::detail
