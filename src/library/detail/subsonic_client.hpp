#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include <base/result.hpp>
#include <library/subsonic_access.hpp>
#include <net/http_client.hpp>

namespace audiomuse::library::detail {

/// A call that failed.
struct SubsonicFailure {
    Error error;
    std::optional<int> code;      ///< the protocol's, when the server gave one
    std::string server_version{}; ///< likewise
    bool is_malformed_id = false; ///< supysonic has no code for it, only words
};

template <class T>
using SubsonicOutcome = tl::expected<T, SubsonicFailure>;

/// What a call does to the server.
enum class Effect {
    reads,  ///< may be sent again
    changes ///< is sent once, as far as the transport can tell
};

/// What was agreed on with a server.
struct SubsonicSession {
    enum class Login { api_key, token, password };
    Login login = Login::token;
    bool form_post = false; ///< parameters go into the body
    bool open_subsonic = false;
    std::string version;      ///< the server's, as in "1.16.1"
    std::string type;         ///< "navidrome"; empty when it says none
    std::string sent_version; ///< what our requests say
};

/// Speaks with one Subsonic server: logs in once, in the best way that the server knows, and reads its answers.
///
/// No error holds a credential or a text of the server. Thread-safe.
class SubsonicClient {
  public:
    /// The HTTP client must outlive this object.
    SubsonicClient(SubsonicAccess access, net::HttpClient& http);

    /// Logs in unless that is done. Errors: unauthorized (which credential was refused), unavailable (no answer, or not of a
    /// Subsonic server), those of the transport.
    [[nodiscard]] Result<SubsonicSession> session(std::stop_token stop);

    /// The content of the answer's envelope.
    [[nodiscard]] SubsonicOutcome<nlohmann::json> call(std::string_view method, const net::Parameters& parameters, Effect effect,
                                                       std::stop_token stop);

    /// A request for audio, with login.
    [[nodiscard]] Result<net::Request> request(std::string_view method, const net::Parameters& parameters, std::stop_token stop);

    /// How many bytes of parameters, encoded, one call may have.
    [[nodiscard]] static std::size_t parameter_space(const SubsonicSession& session) noexcept;

    /// What people call the server: "Navidrome" once it has said so, else "the Subsonic server".
    [[nodiscard]] std::string server_name() const;

    /// The same as the beginning of a sentence.
    [[nodiscard]] std::string server_name_first() const;

    /// `the password of "bob"`, without it.
    [[nodiscard]] std::string credential_name() const;

    [[nodiscard]] const SubsonicAccess& access() const noexcept { return m_access; }

  private:
    [[nodiscard]] net::Request compose(const SubsonicSession& session, std::string_view method, const net::Parameters& parameters,
                                       Effect effect) const;
    [[nodiscard]] SubsonicOutcome<nlohmann::json> send(const SubsonicSession& session, std::string_view method,
                                                       const net::Parameters& parameters, Effect effect, std::stop_token stop);
    [[nodiscard]] SubsonicOutcome<SubsonicSession> try_login(SubsonicSession::Login login, const std::stop_token& stop);
    [[nodiscard]] Result<SubsonicSession> log_in(const std::stop_token& stop);
    [[nodiscard]] bool takes_forms(SubsonicSession session, const std::stop_token& stop);
    [[nodiscard]] SubsonicFailure refusal(std::string_view method, int code) const;

    SubsonicAccess m_access;
    net::HttpClient& m_http;
    std::mutex m_login_mutex; ///< one logs in, the others wait
    mutable std::mutex m_mutex;
    std::optional<SubsonicSession> m_session;
    std::string m_server_type;
};

} // namespace audiomuse::library::detail
