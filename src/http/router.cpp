#include <http/router.hpp>

#include <optional>
#include <utility>

#include <http/errors.hpp>

namespace audiomuse::http {

void Router::add(std::string method, std::string pattern, Handler handler) {
    Route route{std::move(method), pattern, {}, false, std::move(handler)};
    if (const std::size_t parameter = pattern.find("{}"); parameter != std::string::npos) {
        route.before = pattern.substr(0, parameter);
        route.after = pattern.substr(parameter + 2);
        route.has_parameter = true;
    }
    m_routes.push_back(std::move(route));
}

Response Router::route(const Request& request) const {
    Response response = find_and_answer(request);
    if (request.method == "HEAD") {
        response.head_of = response.events ? std::nullopt : std::optional(response.body.size());
        response.body.clear();
        response.events = {};
    }
    return response;
}

Response Router::find_and_answer(const Request& request) const {
    const std::string_view path = request.path;
    const std::string_view method = request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method);
    std::string allowed;
    for (const Route& route : m_routes) {
        std::string_view raw_parameter;
        if (route.has_parameter) {
            if (path.size() <= route.before.size() + route.after.size() || !path.starts_with(route.before) ||
                !path.ends_with(route.after)) {
                continue;
            }
            raw_parameter = path.substr(route.before.size(), path.size() - route.before.size() - route.after.size());
            if (raw_parameter.find('/') != std::string_view::npos) {
                continue;
            }
        } else if (path != route.before) {
            continue;
        }
        if (route.method != method) {
            allowed += allowed.empty() ? route.method : ", " + route.method;
            continue;
        }
        const auto parameter = percent_decode(raw_parameter);
        if (!parameter) {
            return error_response(400, "invalid_argument", "The path has a malformed percent escape.");
        }
        return route.handler(request, *parameter);
    }
    if (!allowed.empty()) {
        Response response = error_response(
            405, "method_not_allowed", "This path does not know the method " + request.method + "; it takes " + allowed + ".");
        response.headers.push_back({"Allow", allowed});
        return response;
    }
    return error_response(404, "not_found", "This path was not found; /api/openapi.json lists all that there are.");
}

} // namespace audiomuse::http
