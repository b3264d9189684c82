#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include <http/gate.hpp>
#include <http/router.hpp>

namespace audiomuse::http {

/// What every request passes on its way to a route: limits, the base path, the gate; and what every answer gets on its way back:
/// the headers that protect browsers. Thread-safe; free of sockets, so that it can be tested and fuzzed whole.
class Front {
  public:
    struct Settings {
        Gate::Settings gate{};
        std::string base_path{}; ///< empty, or begins with a slash and ends with none: what a reverse proxy puts before all paths
        std::size_t max_body_bytes = 64U << 10U;
        std::size_t max_event_streams = 64; ///< at once
    };

    /// Adds the login and the logout to the routes.
    Front(Settings settings, Router router);
    Front(const Front&) = delete;
    Front& operator=(const Front&) = delete;

    /// Answers everything, whatever a handler throws. An event stream that is under way must be destroyed before this object.
    [[nodiscard]] Response answer(Request request) const;

  private:
    [[nodiscard]] Response find_answer(Request& request) const;
    [[nodiscard]] Response limit_streams(Response response) const;
    [[nodiscard]] std::string cookie_path() const { return m_settings.base_path.empty() ? "/" : m_settings.base_path; }

    Settings m_settings;
    Gate m_gate;
    Router m_router;
    mutable std::atomic<std::size_t> m_streams{0};
};

} // namespace audiomuse::http
