#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <base/clock.hpp>
#include <http/message.hpp>
#include <http/network.hpp>
#include <http/token.hpp>

namespace audiomuse::http {

/// Decides which requests reach a route: who may ask, and from where.
///
/// - With a token, all but health, the page and the login need it: as `Authorization: Bearer`, as the session cookie of a browser
///   that logged in with it, or vouched for by a reverse proxy that names its user.
/// - Without one, or where a proxy vouches, the Host header must be an address, localhost or a configured name: a page of another
///   site that has its name point here (DNS rebinding) and writes the proxy's headers itself is sent away, 421.
/// - What changes something (all but GET and HEAD) must come from our own page or from no page at all: a foreign Origin or
///   Sec-Fetch-Site (W3C Fetch Metadata) is 403.
class Gate {
  public:
    struct Settings {
        std::optional<Token> token{};
        std::vector<std::string> allowed_hosts{}; ///< names, without a port
        std::vector<Network> trusted_proxies{};   ///< whose X-Forwarded-Host and -Proto, and user header, count
        std::string user_header{};                ///< empty: no proxy vouches for users
        std::vector<std::string> open_paths{};    ///< need no token
        UtcTime (*now)() noexcept = utc_now;
    };

    explicit Gate(Settings settings) : m_settings(std::move(settings)) {}

    /// The answer that refuses a request; nothing when it may pass.
    [[nodiscard]] std::optional<Response> refusal(const Request& request) const;

    /// POST /api/login with {"token": "..."}: 200 with the session cookie, or 401. Without a token configured: 200.
    [[nodiscard]] Response log_in(const Request& request, std::string_view cookie_path) const;
    /// Makes the browser forget its session.
    [[nodiscard]] static Response log_out(std::string_view cookie_path);

  private:
    [[nodiscard]] bool comes_from_proxy(const Request& request) const;
    /// Host, or what a trusted proxy says it was.
    [[nodiscard]] std::string_view outer_host(const Request& request) const;
    [[nodiscard]] bool is_vouched_for(const Request& request) const;
    [[nodiscard]] bool is_misdirected(const Request& request) const;
    [[nodiscard]] bool is_known_host(std::string_view host) const;
    [[nodiscard]] bool is_foreign(const Request& request) const;
    [[nodiscard]] bool is_authenticated(const Request& request) const;

    Settings m_settings;
};

} // namespace audiomuse::http
