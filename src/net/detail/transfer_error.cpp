#include <net/detail/transfer_error.hpp>

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

#include <base/text.hpp>

namespace audiomuse::net::detail {

namespace {

std::string seconds(std::chrono::milliseconds time) { return fmt::format("{:g} s", static_cast<double>(time.count()) / 1000); }

/// What libcurl says about TLS without its beginning: "self-signed certificate" of "SSL certificate problem: self-signed
/// certificate", "wrong version number" of "error:0A00010B:SSL routines::wrong version number".
std::string tls_words(std::string_view detail) {
    for (const std::string_view beginning : {"SSL certificate problem: ", "SSL routines::", "SSL: "}) {
        if (const std::size_t at = detail.find(beginning); at != std::string_view::npos) {
            detail.remove_prefix(at + beginning.size());
            break;
        }
    }
    const std::string words = to_display_text(detail);
    return words.empty() ? "no reason was given" : std::string(truncate_utf8(words, 200));
}

/// Whether the connection broke while TLS was being agreed on.
bool broke_in_handshake(const Circumstances& at) {
    return at.os_error == ECONNRESET || at.detail.find("SSL_ERROR_SYSCALL") != std::string_view::npos ||
           at.detail.find("unexpected eof") != std::string_view::npos;
}

Setback final(FailureKind kind, std::string message) { return {.failure = make_failure(kind, std::move(message))}; }

Setback cannot_connect(const Circumstances& at) {
    const auto setback = [](FailureKind kind, std::string message) {
        return Setback{.failure = make_failure(kind, std::move(message)), .again = Again::always};
    };
    if (at.os_error == ECONNREFUSED) {
        return setback(FailureKind::connection_refused,
                       fmt::format("Nothing listens at {}: the connection was refused.", at.url.origin()));
    }
    if (at.os_error == ETIMEDOUT) {
        return setback(FailureKind::timed_out, fmt::format("{} did not take a connection in time.", at.url.origin()));
    }
    return setback(FailureKind::unreachable,
                   fmt::format("{} cannot be reached: {}.", at.url.origin(),
                               at.os_error == 0 ? "no connection" : std::generic_category().message(at.os_error)));
}

Setback untrusted(const Circumstances& at) {
    const std::string words = tls_words(at.detail);
    const bool is_of_unknown_issuer = words.find("self-signed") != std::string::npos || words.find("issuer") != std::string::npos;
    return final(FailureKind::untrusted_certificate,
                 fmt::format("The TLS certificate of {} is not trusted: {}.{}", at.url.origin(), words,
                             is_of_unknown_issuer ? " If it is yours, name its CA file in the settings." : ""));
}

Setback broken(const Circumstances& at) {
    if (at.answer_begun) {
        std::string message = at.progress.announced > 0 ? fmt::format("The answer of {} was cut off: it announced {} bytes.",
                                                                      at.url.shown(), at.progress.announced)
                                                        : fmt::format("The answer of {} was cut off.", at.url.shown());
        return {.failure = make_failure(FailureKind::cut_off, std::move(message)), .again = Again::if_repeatable};
    }
    return {.failure = make_failure(FailureKind::connection_lost,
                                    fmt::format("{} closed the connection without an answer.", at.url.shown())),
            .again = at.request_sent ? Again::if_repeatable : Again::always};
}

} // namespace

Setback explain(CURLcode code, const Circumstances& at) {
    switch (code) {
    case CURLE_OUT_OF_MEMORY: // also what libcurl says of a header line above 100 KiB
        return final(FailureKind::bad_answer, fmt::format("{} sent a header that is too long.", at.url.shown()));
    case CURLE_COULDNT_RESOLVE_HOST:
        return {.failure = make_failure(FailureKind::host_unknown,
                                        fmt::format("The host of {} is unknown: its name has no address.", at.url.origin())),
                .again = Again::always};
    case CURLE_COULDNT_CONNECT: return cannot_connect(at);
    case CURLE_OPERATION_TIMEDOUT:
        return {.failure =
                    make_failure(FailureKind::timed_out, fmt::format("{} did not take a connection within {}.", at.url.origin(),
                                                                     seconds(at.settings.connect_timeout))),
                .again = Again::always,
                .ran_into_time_limit = true};
    case CURLE_PEER_FAILED_VERIFICATION: return untrusted(at);
    case CURLE_SSL_CACERT_BADFILE:
        return final(FailureKind::invalid_request,
                     fmt::format("The CA file {} cannot be read, or holds no certificate.", at.settings.ca_file.string()));
    case CURLE_SSL_CONNECT_ERROR:
        if (broke_in_handshake(at)) {
            return broken(at);
        }
        return final(FailureKind::tls_failed, fmt::format("TLS with {} failed: {}. Perhaps plain http is spoken there.",
                                                          at.url.origin(), tls_words(at.detail)));
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: return broken(at);
    case CURLE_BAD_CONTENT_ENCODING:
        return final(FailureKind::bad_answer,
                     fmt::format("The answer of {} is compressed in a way that cannot be read.", at.url.shown()));
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
        return final(FailureKind::bad_answer, fmt::format("What {} answers is not HTTP.", at.url.shown()));
    default:
        return final(FailureKind::internal,
                     fmt::format("The request to {} failed: {}.", at.url.shown(), curl_easy_strerror(code)));
    }
}

Setback explain(TimeLimit limit, std::chrono::milliseconds allowance, const Circumstances& at) {
    const auto setback = [](FailureKind kind, std::string message) {
        return Setback{
            .failure = make_failure(kind, std::move(message)), .again = Again::if_repeatable, .ran_into_time_limit = true};
    };
    switch (limit) {
    case TimeLimit::answer:
        return setback(FailureKind::timed_out,
                       fmt::format("{} did not answer within {}.", at.url.shown(), seconds(at.settings.answer_timeout)));
    case TimeLimit::stall:
        return setback(FailureKind::stalled,
                       fmt::format("The answer of {} came too slowly: less than {} bytes a second for {}.", at.url.shown(),
                                   at.settings.stall_rate.bytes, seconds(at.settings.stall_window)));
    case TimeLimit::total: break;
    }
    return final(FailureKind::timed_out,
                 fmt::format("The answer of {} was not complete within {}.", at.url.shown(), seconds(allowance)));
}

Setback too_large(const Url& url, ByteCount limit) {
    return final(FailureKind::too_large,
                 fmt::format("The answer of {} is larger than the limit of {} bytes.", url.shown(), limit.bytes));
}

} // namespace audiomuse::net::detail
