#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include <base/result.hpp>
#include <http/message.hpp>

namespace audiomuse::http {

/// The one table from the program's errors to HTTP statuses.
[[nodiscard]] int status_of(ErrorCode code) noexcept;

/// Adds the error keys of the API to an object: `error`, `message` (the same sentence), `code`, and `field` where one is to
/// blame.
void add_error(nlohmann::ordered_json& object, std::string_view message, std::string_view code, std::string_view field = {});

/// An answer with the error keys. What is internal (paths, the database's words) goes to the log, not to the client.
[[nodiscard]] Response error_response(const Error& error);
[[nodiscard]] Response error_response(int status, std::string_view code, std::string_view message);

/// Any JSON as an answer; bytes that are not UTF-8 are replaced.
[[nodiscard]] Response json_response(const nlohmann::ordered_json& json, int status = 200);

} // namespace audiomuse::http
