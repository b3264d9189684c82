#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace audiomuse {

/// What kind of failure happened, independent of any protocol. HTTP statuses and exit codes are derived from it in one place
/// each.
enum class ErrorCode {
    invalid_argument,    ///< what the caller gave is wrong; Error::field names it where one is to blame
    not_found,           ///< there is no such thing
    conflict,            ///< the thing exists but is in a state that forbids the request
    unauthorized,        ///< credentials are missing or wrong
    unavailable,         ///< a part (model, server, disk) cannot serve now
    unsupported_version, ///< data written by a newer version of the program
    damaged,             ///< stored or received bytes are not what they claim to be
    timed_out,
    cancelled,
    io,      ///< the operating system refused: disk full, permission, ...
    internal ///< a bug or an unexpected state
};

/// The snake_case word of a code, as it appears in answers and logs.
[[nodiscard]] std::string_view to_string(ErrorCode code) noexcept;

/// An expected failure. `message` is a full sentence for people: what happened to what, and what to do about it. It holds no
/// secret.
struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string message;
    std::string field{}; ///< the setting or request field to blame; empty when none is
};

template <class T>
using Result = tl::expected<T, Error>;

/// For `return fail(ErrorCode::io, "...")` from any function that returns a Result.
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string field = {}) {
    return tl::unexpected<Error>(Error{code, std::move(message), std::move(field)});
}

/// Hands the error of one Result on as that of another.
template <class T>
[[nodiscard]] tl::unexpected<Error> fail(Result<T>&& result) {
    return tl::unexpected<Error>(std::move(result).error());
}

} // namespace audiomuse
