#pragma once

#include <string>

#include <app/requests.hpp>
#include <base/result.hpp>

namespace audiomuse::http {

/// The bodies of the start calls. An empty body means all defaults, null is the same as absent, digits as text are numbers,
/// unknown fields are ignored with a warning in the log. Anything else that does not fit is invalid_argument and names the field.
[[nodiscard]] Result<app::AnalysisRequest> parse_analysis_request(const std::string& body);
[[nodiscard]] Result<app::ClusteringRequest> parse_clustering_request(const std::string& body);

} // namespace audiomuse::http
