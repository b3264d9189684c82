#include <http/front.hpp>

#include <exception>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <base/log.hpp>
#include <http/errors.hpp>

namespace audiomuse::http {

namespace {

constexpr std::string_view k_health = "/api/health";
constexpr std::string_view k_description = "/api/openapi.json";
constexpr std::string_view k_login = "/api/login";
constexpr std::string_view k_logout = "/api/logout";

/// The page loads its own files and talks to its own server; nothing else.
constexpr const char* k_content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'";

void add_protection(Response& response) {
    response.headers.push_back({"Cache-Control", "no-store"});
    response.headers.push_back({"X-Content-Type-Options", "nosniff"});
    response.headers.push_back({"X-Frame-Options", "DENY"});
    response.headers.push_back({"Referrer-Policy", "no-referrer"});
    response.headers.push_back({"Cross-Origin-Resource-Policy", "same-origin"});
    response.headers.push_back({"Content-Security-Policy", k_content_policy});
}

Gate::Settings with_open_paths(Gate::Settings gate) {
    for (const std::string_view path :
         {k_health, k_description, k_login, std::string_view("/"), std::string_view("/page.css"), std::string_view("/page.js")}) {
        gate.open_paths.emplace_back(path);
    }
    return gate;
}

} // namespace

Front::Front(Settings settings, Router router)
    : m_settings(std::move(settings)), m_gate(with_open_paths(m_settings.gate)), m_router(std::move(router)) {
    m_router.add("POST", std::string(k_login),
                 [this](const Request& request, const std::string&) { return m_gate.log_in(request, cookie_path()); });
    m_router.add("POST", std::string(k_logout),
                 [this](const Request&, const std::string&) { return Gate::log_out(cookie_path()); });
}

Response Front::answer(Request request) const {
    Response response;
    try {
        response = find_answer(request);
    } catch (const std::exception& exception) {
        log::error("{} {} failed: {}", request.method, request.path, exception.what());
        response = error_response(500, "internal", "The server met an unexpected error; its log says more.");
    }
    if (request.method == "HEAD" && !response.head_of) {
        response.head_of = response.body.size();
        response.body.clear();
    }
    add_protection(response);
    return response;
}

Response Front::find_answer(Request& request) const {
    if (request.body.size() > m_settings.max_body_bytes) {
        return error_response(413, "payload_too_large",
                              fmt::format("The body is larger than {} KiB.", m_settings.max_body_bytes >> 10U));
    }
    const std::string& base = m_settings.base_path;
    if (!base.empty() && request.path == base) {
        Response response = json_response(nlohmann::ordered_json::object(), 308);
        response.headers.push_back({"Location", base + '/'});
        return response;
    }
    if (!base.empty() && request.path.starts_with(base + '/')) {
        request.path.erase(0, base.size());
    }
    if (auto refusal = m_gate.refusal(request)) {
        return std::move(*refusal);
    }
    return limit_streams(m_router.route(request));
}

/// A stream holds its place until its source is destroyed.
Response Front::limit_streams(Response response) const {
    if (!response.events) {
        return response;
    }
    if (m_streams.fetch_add(1) >= m_settings.max_event_streams) {
        m_streams.fetch_sub(1);
        Response refusal = error_response(429, "too_many_requests", "Too many event streams are open; try again later.");
        refusal.headers.push_back({"Retry-After", "5"});
        return refusal;
    }
    const std::shared_ptr<void> place(nullptr, [this](void*) { m_streams.fetch_sub(1); });
    response.events = [place, source = std::move(response.events)] { return source(); };
    return response;
}

} // namespace audiomuse::http
