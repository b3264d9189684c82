#include <net/failure.hpp>

namespace audiomuse::net {

std::string_view to_string(FailureKind kind) noexcept {
    switch (kind) {
    case FailureKind::invalid_request: return "invalid_request";
    case FailureKind::host_unknown: return "host_unknown";
    case FailureKind::connection_refused: return "connection_refused";
    case FailureKind::unreachable: return "unreachable";
    case FailureKind::untrusted_certificate: return "untrusted_certificate";
    case FailureKind::tls_failed: return "tls_failed";
    case FailureKind::timed_out: return "timed_out";
    case FailureKind::stalled: return "stalled";
    case FailureKind::connection_lost: return "connection_lost";
    case FailureKind::cut_off: return "cut_off";
    case FailureKind::too_large: return "too_large";
    case FailureKind::longer_than_announced: return "longer_than_announced";
    case FailureKind::bad_answer: return "bad_answer";
    case FailureKind::redirect_refused: return "redirect_refused";
    case FailureKind::overloaded: return "overloaded";
    case FailureKind::sink_failed: return "sink_failed";
    case FailureKind::cancelled: return "cancelled";
    case FailureKind::internal: return "internal";
    }
    return "internal";
}

ErrorCode error_code(FailureKind kind) noexcept {
    switch (kind) {
    case FailureKind::invalid_request: return ErrorCode::invalid_argument;
    case FailureKind::host_unknown:
    case FailureKind::connection_refused:
    case FailureKind::unreachable:
    case FailureKind::untrusted_certificate:
    case FailureKind::tls_failed:
    case FailureKind::connection_lost:
    case FailureKind::redirect_refused:
    case FailureKind::overloaded: return ErrorCode::unavailable;
    case FailureKind::timed_out:
    case FailureKind::stalled: return ErrorCode::timed_out;
    case FailureKind::cut_off:
    case FailureKind::too_large:
    case FailureKind::longer_than_announced:
    case FailureKind::bad_answer: return ErrorCode::damaged;
    case FailureKind::sink_failed: return ErrorCode::io;
    case FailureKind::cancelled: return ErrorCode::cancelled;
    case FailureKind::internal: return ErrorCode::internal;
    }
    return ErrorCode::internal;
}

Failure make_failure(FailureKind kind, std::string message) { return {kind, Error{error_code(kind), std::move(message)}}; }

} // namespace audiomuse::net
