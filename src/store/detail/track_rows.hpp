#pragma once

#include <cstdint>
#include <string_view>

#include <base/result.hpp>
#include <domain/analysis.hpp>
#include <domain/failure.hpp>
#include <domain/track.hpp>
#include <store/detail/connection.hpp>

namespace audiomuse::store::detail {

/// The columns of read_track(), of tables t (tracks) and b (albums).
inline constexpr std::string_view k_track_columns =
    "t.id, b.id, t.title, t.artist, t.album_title, t.album_artist, t.genre, "
    "t.path, t.library, t.track_number, t.year, t.listed_ms, t.size_bytes, t.modified_ns";
void read_track(RowReader& row, Track& track);

/// True when both describe the same piece in the same way.
[[nodiscard]] bool is_same(const Track& a, const Track& b) noexcept;

/// The columns of read_analysis(), of table a (analyses).
inline constexpr std::string_view k_analysis_columns =
    "a.identity, a.tempo_version, a.key_version, a.moods_version, a.network_version, a.duration_s, a.tempo_bpm, "
    "a.tempo_confidence, a.tonic, a.scale, a.key_confidence, a.energy, "
    "a.partial, a.decode_ms, a.tempo_ms, a.key_ms, a.mel_ms, a.network_ms, a.total_ms, a.moods, a.tags, a.embedding";
/// Error damaged when a vector has another length.
[[nodiscard]] Result<void> read_analysis(RowReader& row, Analysis& analysis);

/// Stores the analysis in the place of an older one. Error invalid_argument for numbers that are not finite.
[[nodiscard]] Result<void> write_analysis(Connection& connection, std::int64_t track, const FileStamp& stamp,
                                          const Analysis& analysis, UtcTime now);

/// A stored word; error damaged when it is unknown.
[[nodiscard]] Result<FailureCode> read_failure_code(std::string_view word);

} // namespace audiomuse::store::detail
