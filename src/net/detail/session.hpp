#pragma once

#include <chrono>
#include <stop_token>
#include <string>

#include <net/detail/body_target.hpp>
#include <net/detail/curl_handles.hpp>
#include <net/detail/setback.hpp>
#include <net/detail/transfer_watch.hpp>
#include <net/http_client.hpp>

namespace audiomuse::net::detail {

/// What a server answered; the body went to the BodyTarget, unless the status is a redirect or an overload.
struct Answer {
    int status = 0;
    std::string content_type;
    std::string location; ///< of a redirect, as the server wrote it
    std::chrono::milliseconds retry_after{0};
    bool end_is_certain = false;
};

/// How a body is wanted: decoded, or as it comes over the wire.
enum class Mode { fetch, download };

/// A set of connections to be used by one request at a time.
class Session {
  public:
    /// Throws std::bad_alloc when libcurl has no memory.
    Session();

    /// Sends one request to one address and follows no redirect. A failed session is not to be used again. Exceptions are those
    /// of the target.
    [[nodiscard]] tl::expected<Answer, Setback> exchange(const ClientSettings& settings, const Request& request, const Url& url,
                                                         Mode mode, BodyTarget& target, const std::stop_token& stop);

  private:
    MultiHandle m_multi; ///< holds the connections
    EasyHandle m_easy;
};

} // namespace audiomuse::net::detail
