#pragma once

#include <stdexcept>

#include <net/detail/curl_handles.hpp>
#include <net/detail/session.hpp>
#include <net/http_client.hpp>

namespace audiomuse::net::detail {

/// Sets an option that libcurl must know. Throws std::runtime_error when it does not.
template <class T>
void set_option(CURL* easy, CURLoption option, T value) {
    if (curl_easy_setopt(easy, option, value) != CURLE_OK) {
        throw std::runtime_error("libcurl refuses an option");
    }
}

/// The headers that the program sends. Error invalid_argument for a header that would break the request or that is the client's
/// own to write.
[[nodiscard]] Result<HeaderList> make_headers(const Request& request, Mode mode);

/// What holds for every request, and what this one asks for. Request, settings and headers must stay until the transfer has
/// ended.
void set_request_options(CURL* easy, const ClientSettings& settings, const Request& request, const Url& url, Mode mode,
                         const HeaderList& headers);

} // namespace audiomuse::net::detail
