#include <http/gate.hpp>

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <http/errors.hpp>

namespace audiomuse::http {

namespace {

constexpr std::string_view k_cookie = "audiomuse_session";
constexpr auto k_session_length = std::chrono::hours(24 * 30);

bool is_safe(std::string_view method) { return method == "GET" || method == "HEAD"; }

/// A host without its port: "nas:8000" and "[::1]:8000" become "nas" and "::1".
std::string_view without_port(std::string_view host) {
    if (host.starts_with('[')) {
        const std::size_t end = host.find(']');
        return end == std::string_view::npos ? host : host.substr(1, end - 1);
    }
    return host.substr(0, host.find(':'));
}

/// Host and port without the port that the scheme implies.
std::string_view without_default_port(std::string_view host, std::string_view scheme) {
    const std::string_view implied = scheme == "https" ? ":443" : ":80";
    return host.ends_with(implied) ? host.substr(0, host.size() - implied.size()) : host;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    return begin == std::string_view::npos ? std::string_view{} : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// The value of a cookie (RFC 6265); nothing when there is none of that name.
std::optional<std::string_view> cookie(const Request& request, std::string_view name) {
    std::string_view rest = request.header("Cookie").value_or("");
    while (!rest.empty()) {
        const std::string_view pair = trimmed(rest.substr(0, rest.find(';')));
        rest.remove_prefix(std::min(rest.size(), rest.find(';') == std::string_view::npos ? rest.size() : rest.find(';') + 1));
        if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
            return pair.substr(name.size() + 1);
        }
    }
    return std::nullopt;
}

std::string cookie_header(std::string_view value, std::string_view path, std::chrono::seconds age, bool secure) {
    return fmt::format("{}={}; Path={}; Max-Age={}; HttpOnly; SameSite=Strict{}", k_cookie, value, path, age.count(),
                       secure ? "; Secure" : "");
}

Response unauthorized() {
    Response response = error_response(401, "unauthorized", "Unauthorized");
    response.headers.push_back({"WWW-Authenticate", "Bearer realm=\"audiomuse\""});
    return response;
}

} // namespace

bool Gate::comes_from_proxy(const Request& request) const {
    return std::ranges::any_of(m_settings.trusted_proxies, [&](const Network& proxy) { return proxy.contains(request.peer); });
}

std::string_view Gate::outer_host(const Request& request) const {
    if (comes_from_proxy(request)) {
        if (const auto forwarded = request.header("X-Forwarded-Host")) {
            return trimmed(forwarded->substr(0, forwarded->find(',')));
        }
    }
    return request.header("Host").value_or("");
}

bool Gate::is_known_host(std::string_view host) const {
    const std::string_view name = without_port(host);
    return host.empty() || equal_ignoring_case(name, "localhost") || address_bytes(name) ||
           std::ranges::any_of(m_settings.allowed_hosts,
                               [&](const std::string& allowed) { return equal_ignoring_case(name, allowed); });
}

bool Gate::is_foreign(const Request& request) const {
    if (const auto site = request.header("Sec-Fetch-Site"); site && *site != "same-origin" && *site != "none") {
        return true;
    }
    const auto origin = request.header("Origin");
    if (!origin) {
        return false;
    }
    const std::size_t scheme_end = origin->find("://");
    if (scheme_end == std::string_view::npos) {
        return true; // "null"
    }
    const std::string_view scheme = origin->substr(0, scheme_end);
    return !equal_ignoring_case(without_default_port(origin->substr(scheme_end + 3), scheme),
                                without_default_port(outer_host(request), scheme));
}

bool Gate::is_authenticated(const Request& request) const {
    if (const auto given = request.header("Authorization"); given && given->size() > 7) {
        if (equal_ignoring_case(given->substr(0, 7), "Bearer ") && m_settings.token->matches(trimmed(given->substr(7)))) {
            return true;
        }
    }
    if (const auto session = cookie(request, k_cookie);
        session && m_settings.token->accepts_session(*session, m_settings.now())) {
        return true;
    }
    return is_vouched_for(request);
}

bool Gate::is_vouched_for(const Request& request) const {
    return !m_settings.user_header.empty() && comes_from_proxy(request) &&
           !request.header(m_settings.user_header).value_or("").empty();
}

bool Gate::is_misdirected(const Request& request) const {
    const bool host_is_known = is_known_host(request.header("Host").value_or(""));
    return m_settings.token ? is_vouched_for(request) && !host_is_known : !host_is_known || !is_known_host(outer_host(request));
}

std::optional<Response> Gate::refusal(const Request& request) const {
    if (is_misdirected(request)) {
        return error_response(421, "misdirected_request",
                              "This server does not go by the name in the Host header. Use its address, or add the name to "
                              "allowed_hosts in the settings.");
    }
    if (!is_safe(request.method) && is_foreign(request)) {
        return error_response(403, "forbidden", "A page of another site may not do this here.");
    }
    if (m_settings.token && std::ranges::find(m_settings.open_paths, request.path) == m_settings.open_paths.end() &&
        !is_authenticated(request)) {
        return unauthorized();
    }
    return std::nullopt;
}

Response Gate::log_in(const Request& request, std::string_view cookie_path) const {
    Response response = json_response({{"status", "ok"}});
    if (!m_settings.token) {
        return response;
    }
    const auto body = nlohmann::json::parse(request.body, nullptr, false);
    const auto given = body.is_object() ? body.find("token") : body.end();
    if (given == body.end() || !given->is_string()) {
        return error_response(Error{ErrorCode::invalid_argument, "The body must be an object with the text \"token\".", "token"});
    }
    if (!m_settings.token->matches(trimmed(given->get_ref<const std::string&>()))) {
        return unauthorized();
    }
    const bool secure = comes_from_proxy(request) && request.header("X-Forwarded-Proto") == "https";
    response.headers.push_back({"Set-Cookie", cookie_header(m_settings.token->make_session(m_settings.now() + k_session_length),
                                                            cookie_path, k_session_length, secure)});
    return response;
}

Response Gate::log_out(std::string_view cookie_path) {
    Response response = json_response({{"status", "ok"}});
    response.headers.push_back({"Set-Cookie", cookie_header("", cookie_path, std::chrono::seconds(0), false)});
    return response;
}

} // namespace audiomuse::http
