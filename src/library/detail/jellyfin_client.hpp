#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <base/result.hpp>
#include <library/detail/jellyfin_answers.hpp>
#include <library/jellyfin_settings.hpp>
#include <net/http_client.hpp>

namespace audiomuse::library::detail {

/// The user for whom all is asked.
struct JellyfinIdentity {
    JellyfinUser user;
    /// False for an API key, and for an administrator who acts for another user: some calls look only at the caller.
    bool is_caller = false;
};

/// Requests to one Jellyfin server. The token travels in the Authorization header and nowhere else.
///
/// Errors of every call: unauthorized (401 and 403; the message says what was refused), not_found (404), unavailable (no answer,
/// or one that cannot be used), cancelled, timed_out, invalid_argument (the settings). Calls may overlap, whatever the thread.
class JellyfinClient {
  public:
    /// The HTTP client must outlive this.
    JellyfinClient(JellyfinSettings settings, net::HttpClient& http);

    [[nodiscard]] const JellyfinSettings& settings() const noexcept { return m_settings; }

    /// A request for the path of our own code below the address; error invalid_argument when the address is none.
    [[nodiscard]] Result<net::Request> request(net::Method method, std::string_view path, net::Parameters parameters = {}) const;
    /// Any answer, whatever its status.
    [[nodiscard]] net::Outcome<net::Response> send(const net::Request& request, std::stop_token stop);
    /// The body of a good answer.
    [[nodiscard]] Result<std::string> ask(net::Method method, std::string_view path, net::Parameters parameters,
                                          std::stop_token stop);
    [[nodiscard]] Result<std::string> post_json(std::string_view path, std::string json, std::stop_token stop);

    [[nodiscard]] Result<JellyfinServerInfo> server_info(std::stop_token stop);
    /// Found once. Error invalid_argument (field `jellyfin_user_id`), which lists the choices.
    [[nodiscard]] Result<JellyfinIdentity> identity(std::stop_token stop);
    /// Those that the settings name for playlists, each once. Error invalid_argument (field `playlist_users`), which lists the
    /// choices; unauthorized when the token may not see the users.
    [[nodiscard]] Result<std::vector<JellyfinUser>> playlist_users(std::stop_token stop);
    /// All libraries that the user sees.
    [[nodiscard]] Result<std::vector<JellyfinLibrary>> libraries(std::stop_token stop);
    /// Those that the settings name; empty when they name none. Error invalid_argument (field `music_libraries`), which lists the
    /// choices.
    [[nodiscard]] Result<std::vector<JellyfinLibrary>> chosen_libraries(std::stop_token stop);

    /// What a status that is not 2xx means for the caller.
    [[nodiscard]] Error error_of(int status, std::string_view path) const;
    /// `http://host:port/path`, for messages.
    [[nodiscard]] std::string address() const;

  private:
    [[nodiscard]] Result<std::string> body_of(net::Outcome<net::Response> outcome, std::string_view path) const;
    [[nodiscard]] Result<JellyfinIdentity> find_identity(std::stop_token stop);

    JellyfinSettings m_settings;
    net::HttpClient& m_http;
    Result<net::Url> m_base;
    std::string m_authorization;
    std::mutex m_mutex;
    std::optional<JellyfinIdentity> m_identity;
};

} // namespace audiomuse::library::detail
