#include <library/detail/subsonic_answer.hpp>

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include <library/detail/json_reader.hpp>

namespace audiomuse::library::detail {

std::optional<SubsonicAnswer> read_subsonic_answer(std::string_view text) {
    auto document = parse_json(text);
    if (!document || !document->is_object()) {
        return std::nullopt;
    }
    const auto envelope = document->find("subsonic-response");
    if (envelope == document->end() || !envelope->is_object()) {
        return std::nullopt;
    }
    SubsonicAnswer answer{std::move(*envelope), std::nullopt};
    const std::string status = raw_text_member(answer.body, "status");
    const nlohmann::json* error = find_member(answer.body, "error");
    if (status == "ok" && error == nullptr) {
        return answer;
    }
    if (status != "ok" && status != "failed") {
        return std::nullopt;
    }
    const auto code = error == nullptr ? std::optional<std::uint64_t>(0) : count_member(*error, "code");
    answer.error = static_cast<int>(std::min<std::uint64_t>(code.value_or(0), std::numeric_limits<int>::max()));
    return answer;
}

bool is_login_refusal(int code) noexcept { return code >= 40 && code <= 44; }

std::string explain_subsonic_error(int code) {
    const std::string_view meaning = [code] {
        switch (static_cast<SubsonicError>(code)) {
        case SubsonicError::generic: return "it gave no reason";
        case SubsonicError::parameter_missing: return "a parameter is missing";
        case SubsonicError::client_too_old: return "it wants a newer protocol";
        case SubsonicError::server_too_old: return "it knows an older protocol only";
        case SubsonicError::wrong_login: return "wrong user name or password";
        case SubsonicError::no_tokens: return "this user cannot log in with a token";
        case SubsonicError::mechanism_unknown: return "it does not know this way to log in";
        case SubsonicError::mechanisms_conflict: return "it wants one way to log in only";
        case SubsonicError::wrong_api_key: return "wrong API key";
        case SubsonicError::forbidden: return "the user may not do this";
        case SubsonicError::trial_over: return "its trial period is over";
        case SubsonicError::not_found: return "there is no such thing";
        }
        return "an unknown error";
    }();
    return fmt::format("{} (error {})", meaning, code);
}

} // namespace audiomuse::library::detail
