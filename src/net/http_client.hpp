#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <net/byte_sink.hpp>
#include <net/failure.hpp>
#include <net/url.hpp>

/// The program's only HTTP client.
///
/// Nothing that it reports, in errors or in the log, holds a query, a header, a body or a credential: only method, scheme, host,
/// port and path.
namespace audiomuse::net {

struct ByteCount {
    std::uint64_t bytes = 0;
};
struct BytesPerSecond {
    std::uint64_t bytes = 0;
};

enum class Method { get, post, del };

/// Whether a request may be sent again when the server may have acted on it already.
enum class Repeat {
    by_method, ///< GET and DELETE may, POST may not
    safe,      ///< it may: a POST that only asks
    never      ///< it may not: a GET that changes something
};

struct Header {
    std::string name;
    std::string value;
};

struct Body {
    std::string content_type;
    std::string content;
};

struct Request {
    Method method = Method::get;
    Url url;
    std::vector<Header> headers{}; ///< beside those of the client (User-Agent, Accept-Encoding, Host, Content-Type, -Length)
    std::optional<Body> body{};    ///< POST without one sends an empty body
    Repeat repeat = Repeat::by_method;
};

/// An answer, whatever its status: 401, 404 and 500 are answers, too. Only 429, 502, 503 and 504 are failures (overloaded).
struct Response {
    int status = 0;
    std::string content_type; ///< in lower case and without parameters, as in `application/json`; empty when there is none
    std::string body;         ///< decoded
};

/// What came of a download.
struct Download {
    int status = 0;
    std::string content_type; ///< as in Response
    std::uint64_t bytes = 0;  ///< written to the sink; 0 unless the status is 2xx
    /// The first bytes of the body, at most 4 KiB, whatever the status: what a server says in place of a file.
    std::string head;
    /// True when the server announced the length or framed the body in chunks. Else the body ended because the connection did,
    /// and only a comparison with a size known otherwise shows that nothing is missing.
    bool end_is_certain = false;
};

struct RetrySettings {
    int attempts = 4;                           ///< the first one included; a time limit is run into twice at most
    std::chrono::milliseconds first_pause{500}; ///< doubles with each attempt; each is drawn from 50 % to 100 % of it
    std::chrono::milliseconds longest_pause{std::chrono::seconds(30)};
    std::chrono::milliseconds longest_retry_after{std::chrono::minutes(2)}; ///< a server that asks for more gets this much
};

/// The limits of one attempt, and of the client as a whole.
struct ClientSettings {
    std::string user_agent = "audiomuse";
    /// Certificates in PEM form that are trusted beside those of the system. Empty: none. Nothing turns verification off.
    std::filesystem::path ca_file{};

    std::chrono::milliseconds connect_timeout{std::chrono::seconds(10)}; ///< look-up and TLS included
    std::chrono::milliseconds answer_timeout{std::chrono::minutes(1)};   ///< from the last byte sent to the first one received
    std::chrono::milliseconds stall_window{std::chrono::seconds(30)}; ///< a body that is slower than stall_rate for so long ...
    BytesPerSecond stall_rate{512};                                   ///< ... is given up
    std::chrono::milliseconds total_time{std::chrono::minutes(5)};
    BytesPerSecond slowest_download{16U << 10U}; ///< total_time grows by the size of a download divided by this

    std::uint32_t max_fetches = 8;   ///< at once; more wait for their turn
    std::uint32_t max_downloads = 4; ///< at once, beside the fetches
    ByteCount max_headers{128U << 10U};

    RetrySettings retry{};
};

/// Sends requests over HTTP 1.1 and TLS 1.2 or newer, directly (no proxy, whatever the environment says), and keeps connections
/// for later requests. No cookies, no caches.
///
/// - **Repeated**: connections that could not be made or broke (also in the middle of a body), time limits except total_time, and
///   the statuses 429, 502, 503, 504, with growing pauses or as long as Retry-After asks. A POST that is not Repeat::safe, and
///   Repeat::never, only when no connection was made, and on 429 and 503.
/// - **Redirects**: at most 5, only within scheme, host and port, or from http to https of the same host. Those that would turn a
///   POST or DELETE into a GET (302, 303) are refused.
/// - **Cancelling** ends a transfer, a pause and the wait for a turn at once, with FailureKind::cancelled.
///
/// Calls may overlap, whatever the thread; none may last longer than the client. The process must ignore SIGPIPE.
class HttpClient {
  public:
    explicit HttpClient(ClientSettings settings);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// The whole answer in memory. A body of more than `limit` bytes, compressed or decoded, is too_large.
    [[nodiscard]] Outcome<Response> fetch(const Request& request, ByteCount limit, const std::stop_token& stop);

    /// The body of a 2xx answer into the sink, byte for byte. On any failure, and for any other status, the sink was restarted
    /// and is empty. Content-Length above `limit` is refused before the body is read.
    [[nodiscard]] Outcome<Download> download(const Request& request, ByteSink& sink, const std::stop_token& stop,
                                             ByteCount limit = k_download_limit);

    static constexpr ByteCount k_download_limit{std::uint64_t{2} << 30U};

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace audiomuse::net
