#include <net/url.hpp>

#include <algorithm>
#include <charconv>
#include <new>

#include <fmt/format.h>

#include <base/text.hpp>
#include <net/detail/curl_handles.hpp>

namespace audiomuse::net {

namespace {

constexpr std::size_t k_longest = 64U << 10U;
constexpr unsigned k_flags = CURLU_URLENCODE | CURLU_DISALLOW_USER;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

tl::unexpected<Error> bad_address(CURLUcode code) {
    switch (code) {
    case CURLUE_BAD_SCHEME:
    case CURLUE_UNSUPPORTED_SCHEME: return fail(ErrorCode::invalid_argument, "An address must begin with http:// or https://.");
    case CURLUE_USER_NOT_ALLOWED:
        return fail(ErrorCode::invalid_argument,
                    "An address must not hold a user name or a password: they have settings of their own.");
    default:
        return fail(ErrorCode::invalid_argument, fmt::format("That is not an address of a server: {}.", curl_url_strerror(code)));
    }
}

/// A part, or an empty text when the address has none.
std::string part(CURLU* handle, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    const CURLUcode code = curl_url_get(handle, which, &text, flags);
    const detail::CurlString owner(text);
    if (code == CURLUE_OUT_OF_MEMORY) {
        throw std::bad_alloc();
    }
    return code == CURLUE_OK ? std::string(text) : std::string();
}

detail::UrlHandle make_handle() {
    detail::UrlHandle handle(curl_url());
    if (!handle) {
        throw std::bad_alloc();
    }
    return handle;
}

CURLUcode set(CURLU* handle, const std::string& text) { return curl_url_set(handle, CURLUPART_URL, text.c_str(), k_flags); }

/// What libcurl takes for the end of a text, or for a line break within a request, is no part of an address.
bool is_plain(std::string_view text) { return text.size() <= k_longest && std::ranges::none_of(text, is_control); }

std::string encode_segment(std::string_view segment) {
    if (segment == ".") {
        return "%2E";
    }
    return segment == ".." ? "%2E%2E" : percent_encode(segment);
}

} // namespace

std::string percent_encode(std::string_view text) {
    constexpr std::string_view k_digits = "0123456789ABCDEF";
    constexpr std::string_view k_marks = "-._~";
    std::string encoded;
    encoded.reserve(text.size());
    for (const char c : text) {
        const bool is_alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (is_alphanumeric || k_marks.find(c) != std::string_view::npos) {
            encoded += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            encoded += '%';
            encoded += k_digits[byte >> 4U];
            encoded += k_digits[byte & 0xFU];
        }
    }
    return encoded;
}

std::string form_encode(std::span<const Parameter> parameters) {
    std::string encoded;
    for (const Parameter& parameter : parameters) {
        if (!encoded.empty()) {
            encoded += '&';
        }
        encoded += percent_encode(parameter.name);
        encoded += '=';
        encoded += percent_encode(parameter.value);
    }
    return encoded;
}

/// The checks and the spelling that all addresses share, once libcurl has taken one apart.
struct Url::Reader {
    /// Refuses an address that means another one when it is read again, as `http://1%2e2/`, whose host would become 1.0.0.2.
    static Result<Url> read(CURLU* handle) {
        auto url = read_once(handle);
        if (!url) {
            return url;
        }
        const auto again = make_handle();
        if (const CURLUcode code = set(again.get(), url->reveal()); code != CURLUE_OK) {
            return bad_address(code);
        }
        const auto same = read_once(again.get());
        if (!same || same->reveal() != url->reveal()) {
            return bad_address(CURLUE_MALFORMED_INPUT);
        }
        return url;
    }

  private:
    static Result<Url> read_once(CURLU* handle) {
        Url url;
        url.m_scheme = part(handle, CURLUPART_SCHEME);
        if (url.m_scheme != "http" && url.m_scheme != "https") {
            return bad_address(CURLUE_UNSUPPORTED_SCHEME);
        }
        url.m_host = part(handle, CURLUPART_HOST);
        std::ranges::transform(url.m_host, url.m_host.begin(),
                               [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
        if (url.m_host.empty() || to_display_text(url.m_host) != url.m_host) {
            return bad_address(CURLUE_BAD_HOSTNAME);
        }
        if (const std::string zone = part(handle, CURLUPART_ZONEID); !zone.empty() && url.m_host.ends_with(']')) {
            url.m_host.insert(url.m_host.size() - 1, "%25" + zone);
        }
        const std::string port = part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.m_port);
        if (error != std::errc{} || end != port.data() + port.size() || url.m_port == 0) {
            return bad_address(CURLUE_BAD_PORT_NUMBER);
        }
        url.m_path = part(handle, CURLUPART_PATH);
        if (!url.m_path.starts_with('/')) {
            url.m_path.insert(0, "/");
        }
        url.m_query = part(handle, CURLUPART_QUERY);
        return url;
    }
};

Result<Url> Url::parse(std::string_view text) {
    if (!is_plain(text)) {
        return bad_address(CURLUE_MALFORMED_INPUT);
    }
    const auto handle = make_handle();
    if (const CURLUcode code = set(handle.get(), std::string(text)); code != CURLUE_OK) {
        return bad_address(code);
    }
    return Reader::read(handle.get());
}

Result<Url> Url::resolve(std::string_view reference) const {
    if (!is_plain(reference)) {
        return bad_address(CURLUE_MALFORMED_INPUT);
    }
    const auto handle = make_handle();
    for (const std::string& text : {reveal(), std::string(reference)}) {
        if (const CURLUcode code = set(handle.get(), text); code != CURLUE_OK) {
            return bad_address(code);
        }
    }
    return Reader::read(handle.get());
}

Url Url::join(std::initializer_list<std::string_view> segments) const {
    std::string path;
    for (const std::string_view segment : segments) {
        path += '/';
        path += encode_segment(segment);
    }
    return join_path(path);
}

Url Url::join_path(std::string_view path) const {
    Url url = *this;
    url.m_query.clear();
    if (url.m_path.ends_with('/')) {
        url.m_path.pop_back();
    }
    if (!path.starts_with('/')) {
        url.m_path += '/';
    }
    url.m_path += path;
    return url;
}

Url Url::with_query(std::span<const Parameter> parameters) const {
    Url url = *this;
    url.m_query = form_encode(parameters);
    return url;
}

std::string Url::origin() const { return fmt::format("{}://{}:{}", m_scheme, m_host, m_port); }

std::string Url::shown() const { return origin() + m_path; }

std::string Url::reveal() const { return m_query.empty() ? shown() : shown() + '?' + m_query; }

} // namespace audiomuse::net
