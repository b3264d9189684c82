#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace audiomuse {

/// Why a track could not be analysed.
enum class FailureCode {
    not_found,     ///< the file or item is gone
    unreachable,   ///< the server or disk did not answer
    refused,       ///< no permission
    not_audio,     ///< no decoder knows it, or it holds no audio stream
    damaged,       ///< it began as audio but too little of it could be decoded
    too_short,     ///< under one second
    too_long,      ///< over the limit of length or size
    out_of_memory, ///< the child outgrew its memory limit
    time_limit,    ///< the child outlived its time limit
    crashed,       ///< the child died
    no_model       ///< a model is needed and there is none
};

/// The snake_case word of the API.
[[nodiscard]] std::string_view to_string(FailureCode code) noexcept;
[[nodiscard]] std::optional<FailureCode> parse_failure_code(std::string_view word) noexcept;

/// True when the cause lies in the bytes themselves: not tried again until they change.
[[nodiscard]] bool lasts_until_the_file_changes(FailureCode code) noexcept;

/// True when a second attempt in the same run may help (crash, time, memory).
[[nodiscard]] bool deserves_a_second_attempt(FailureCode code) noexcept;

/// How far the cause of a failure reaches. Not stored.
enum class FailureScope {
    track,     ///< other tracks may do better
    credential ///< the server refused the credential: every other track ends so, and the whole task is to stop
};

struct TrackFailure {
    FailureCode code = FailureCode::crashed;
    std::string reason; ///< a sentence for people; holds no path and no secret
    FailureScope scope = FailureScope::track;
};

} // namespace audiomuse
