#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

#include <base/result.hpp>

namespace audiomuse::net {

/// Why there is no answer, finer than an ErrorCode.
enum class FailureKind {
    invalid_request,       ///< a header that cannot be sent, or a CA file that cannot be read
    host_unknown,          ///< the name has no address
    connection_refused,    ///< nothing listens there
    unreachable,           ///< no way to the host
    untrusted_certificate, ///< TLS: expired, self-signed, of another host, of an unknown issuer
    tls_failed,            ///< TLS: no common language; often plain HTTP behind an https address
    timed_out,             ///< no connection, no answer or no end in time
    stalled,               ///< the answer began and became too slow
    connection_lost,       ///< broken before the answer began
    cut_off,               ///< the body ended before its announced or framed end
    too_large,             ///< the body is, or is announced to be, larger than the caller takes
    longer_than_announced, ///< more bytes came than Content-Length says
    bad_answer,            ///< not HTTP, a flood of headers, an encoding nobody asked for
    redirect_refused,      ///< to another host, to another scheme, too often, or one that would lose the body
    overloaded,            ///< 429, 502, 503 or 504, at the last attempt that the request allows
    sink_failed,           ///< the caller's ByteSink reported the error
    cancelled,
    internal
};

/// The snake_case word of a kind, as it appears in logs.
[[nodiscard]] std::string_view to_string(FailureKind kind) noexcept;

/// The code that stands for a kind where only codes are known.
[[nodiscard]] ErrorCode error_code(FailureKind kind) noexcept;

/// Why a request gave no answer. `error.message` is a sentence that names scheme, host, port and path of the address and nothing
/// else of the request.
struct Failure {
    FailureKind kind = FailureKind::internal;
    Error error;
    int status = 0; ///< the HTTP status where the failure is one (overloaded, redirect_refused), else 0
};

[[nodiscard]] Failure make_failure(FailureKind kind, std::string message);

template <class T>
using Outcome = tl::expected<T, Failure>;

/// The outcome as a Result, for callers that need no kind.
template <class T>
[[nodiscard]] Result<T> to_result(Outcome<T> outcome) {
    if (!outcome) {
        return tl::unexpected<Error>(std::move(outcome).error().error);
    }
    return std::move(*outcome);
}

} // namespace audiomuse::net
