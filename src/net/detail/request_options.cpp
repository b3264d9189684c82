#include <net/detail/request_options.hpp>

#include <algorithm>
#include <array>
#include <new>
#include <string_view>

#include <fmt/format.h>
#include <strings.h>
#include <sys/socket.h>

namespace audiomuse::net::detail {

namespace {

/// libcurl's own sockets would be inherited by child processes.
curl_socket_t open_socket(void* /*client*/, curlsocktype /*purpose*/, curl_sockaddr* address) {
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// A token of RFC 9110, section 5.6.2.
bool is_header_name(std::string_view name) {
    constexpr std::string_view k_marks = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::ranges::all_of(name, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               k_marks.find(c) != std::string_view::npos;
    });
}

bool is_header_value(std::string_view value) {
    return std::ranges::none_of(value, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; });
}

/// Those that decide how the answer is framed and to whom the request goes.
bool is_own_header(const std::string& name) {
    constexpr std::array<const char*, 10> k_own{
        "Host", "Content-Length", "Content-Type", "Transfer-Encoding", "Accept-Encoding", "Expect", "Connection",
        "TE",   "Range",          "Upgrade"};
    return std::ranges::any_of(k_own, [&](const char* own) { return ::strcasecmp(own, name.c_str()) == 0; });
}

void append(HeaderList& list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) {
        throw std::bad_alloc();
    }
    static_cast<void>(list.release());
    list.reset(longer);
}

Result<void> append(HeaderList& list, const Header& header) {
    if (!is_header_name(header.name)) {
        return fail(ErrorCode::invalid_argument, "A request has a header without a proper name.");
    }
    if (!is_header_value(header.value)) {
        return fail(ErrorCode::invalid_argument,
                    fmt::format("The value of the header {} has a line break or a control character in it.", header.name));
    }
    append(list, header.value.empty() ? header.name + ';' : header.name + ": " + header.value);
    return {};
}

} // namespace

Result<HeaderList> make_headers(const Request& request, Mode mode) {
    HeaderList list;
    append(list, "Expect:"); // no waiting for "100 Continue"
    if (mode == Mode::download) {
        append(list, "Accept-Encoding: identity");
    }
    if (request.method == Method::get && request.body) {
        return fail(ErrorCode::invalid_argument, "A GET request cannot have a body.");
    }
    if (request.method == Method::post && !request.body) {
        append(list, "Content-Type:"); // libcurl would call the empty body a form
    }
    if (request.body) {
        if (auto added = append(list, Header{"Content-Type", request.body->content_type}); !added) {
            return fail(std::move(added));
        }
    }
    for (const Header& header : request.headers) {
        if (is_own_header(header.name)) {
            return fail(ErrorCode::invalid_argument, fmt::format("The header {} is the client's own to write.", header.name));
        }
        if (auto added = append(list, header); !added) {
            return fail(std::move(added));
        }
    }
    return list;
}

void set_request_options(CURL* easy, const ClientSettings& settings, const Request& request, const Url& url, Mode mode,
                         const HeaderList& headers) {
    set_option(easy, CURLOPT_URL, url.reveal().c_str());
    set_option(easy, CURLOPT_PATH_AS_IS, 1L);
    set_option(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set_option(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set_option(easy, CURLOPT_PROXY, "");
    set_option(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set_option(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set_option(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    set_option(easy, CURLOPT_NOSIGNAL, 1L);
    set_option(easy, CURLOPT_QUICK_EXIT, 1L); // a name server that does not answer delays no cancellation
    set_option(easy, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    set_option(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    set_option(easy, CURLOPT_BUFFERSIZE, 128L << 10);
    set_option(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout.count()));

    set_option(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set_option(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    set_option(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!settings.ca_file.empty()) {
        set_option(easy, CURLOPT_CAINFO, settings.ca_file.c_str());
    }

    set_option(easy, CURLOPT_USERAGENT, settings.user_agent.c_str());
    set_option(easy, CURLOPT_HTTPHEADER, headers.get());
    if (mode == Mode::fetch) {
        set_option(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    }
    if (request.method == Method::post || request.body) {
        set_option(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body ? request.body->content.size() : 0));
        set_option(easy, CURLOPT_POSTFIELDS, request.body ? request.body->content.c_str() : "");
    }
    if (request.method == Method::post && request.repeat != Repeat::safe) {
        // On a kept connection that the server has just closed, libcurl would send the request a second time.
        set_option(easy, CURLOPT_FRESH_CONNECT, 1L);
    }
    if (request.method == Method::del) {
        set_option(easy, CURLOPT_CUSTOMREQUEST, "DELETE");
    }
}

} // namespace audiomuse::net::detail
