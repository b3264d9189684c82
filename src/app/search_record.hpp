#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <domain/task.hpp>
#include <playlists/track_features.hpp>

namespace audiomuse::app {

/// What takes a broken-off clustering up again: kept in the details of its finished batches.
struct SearchRecord {
    std::uint64_t seed = 0;
    std::string library;        ///< fingerprint(): scores of other tracks say nothing about these
    std::vector<double> scores; ///< of the finished runs, in order
};

/// A digest of all that a search reads of the tracks.
[[nodiscard]] std::string fingerprint(std::span<const playlists::TrackFeatures> tracks);

/// The details of one finished batch: a JSON object with the scores of its runs.
[[nodiscard]] std::string batch_details(const SearchRecord& search, int first_run, std::span<const double> scores);

/// Reads what the finished batches among the children of a clustering say about this library, from run 0 on without a gap.
/// Nothing when they say nothing.
[[nodiscard]] std::optional<SearchRecord> read_record(std::span<const Task> children, const std::string& library);

} // namespace audiomuse::app
