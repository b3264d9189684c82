#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include <domain/analysis.hpp>
#include <domain/failure.hpp>

namespace audiomuse::apps {

/// The line of `audiomuse analyze` for a file that was analysed; what is absent is null.
[[nodiscard]] std::string analysis_line(const std::string& file, const Analysis& analysis);
/// The line for a file that was not.
[[nodiscard]] std::string failure_line(const std::string& file, const TrackFailure& failure);

[[nodiscard]] nlohmann::ordered_json or_null(const std::optional<double>& value);
/// Half and twice the tempo, or null.
[[nodiscard]] nlohmann::ordered_json tempo_alternatives_json(const std::optional<double>& tempo_bpm);
/// Label -> value, or null.
[[nodiscard]] nlohmann::ordered_json moods_json(const std::optional<Moods>& moods);

} // namespace audiomuse::apps
