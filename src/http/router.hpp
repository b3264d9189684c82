#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <http/message.hpp>

namespace audiomuse::http {

/// Finds the handler of a request. Kept apart from the server library so that every route can be tested and fuzzed without a
/// socket.
class Router {
  public:
    /// Gets the decoded value of the path's parameter; empty for a path without one.
    using Handler = std::function<Response(const Request&, const std::string& parameter)>;

    /// `pattern` has at most one parameter, written `{}`, that stands for one non-empty segment: "/api/status/{}".
    void add(std::string method, std::string pattern, Handler handler);

    /// The answer of the handler; JSON errors 404 for an unknown path, 405 for a known one, 400 for a malformed escape.
    /// HEAD is answered as GET without the body.
    [[nodiscard]] Response route(const Request& request) const;

  private:
    [[nodiscard]] Response find_and_answer(const Request& request) const;

    struct Route {
        std::string method;
        std::string before; ///< the pattern up to its parameter
        std::string after;  ///< and after it
        bool has_parameter = false;
        Handler handler;
    };
    std::vector<Route> m_routes;
};

} // namespace audiomuse::http
