#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace audiomuse::library::detail {

/// The error codes of the protocol that mean something to us.
enum class SubsonicError : int {
    generic = 0,
    parameter_missing = 10,
    client_too_old = 20,
    server_too_old = 30,
    wrong_login = 40,
    no_tokens = 41,
    mechanism_unknown = 42,
    mechanisms_conflict = 43,
    wrong_api_key = 44,
    forbidden = 50,
    trial_over = 60,
    not_found = 70
};

/// What stands in the envelope `subsonic-response`.
struct SubsonicAnswer {
    nlohmann::json body;      ///< the envelope's content
    std::optional<int> error; ///< the code when the status is "failed"
};

/// Nothing when it is no answer of a Subsonic server.
[[nodiscard]] std::optional<SubsonicAnswer> read_subsonic_answer(std::string_view text);

/// True for the codes that say that the login itself was refused.
[[nodiscard]] bool is_login_refusal(int code) noexcept;

/// What a code means, as the end of a sentence: "the user may not do this (error 50)".
[[nodiscard]] std::string explain_subsonic_error(int code);

} // namespace audiomuse::library::detail
