#include <library/detail/subsonic_client.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include <base/digest.hpp>
#include <base/id.hpp>
#include <base/log.hpp>
#include <base/text.hpp>
#include <library/detail/json_reader.hpp>
#include <library/detail/subsonic_answer.hpp>

namespace audiomuse::library::detail {

namespace {

using nlohmann::json;

constexpr net::ByteCount k_answer_limit{64U << 20U};
constexpr std::string_view k_own_version = "1.16.1";
constexpr std::string_view k_malformed_id = "badly formed hexadecimal UUID string"; ///< Python's words, that supysonic passes on
constexpr std::size_t k_query_space = 3'000; ///< servers and proxies take 8 kB with all that comes around it
constexpr std::size_t k_form_space = 256'000;

std::string hex_of(std::string_view text) {
    std::string hex;
    for (const char c : text) {
        hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
    }
    return hex;
}

std::string fresh_salt() {
    std::string salt = make_uuid();
    std::erase(salt, '-');
    return salt;
}

bool announces_form_post(const json& answer) {
    return std::ranges::any_of(array_member(answer, "openSubsonicExtensions"),
                               [](const json& extension) { return raw_text_member(extension, "name") == "formPost"; });
}

SubsonicFailure failure(ErrorCode code, std::string message, std::optional<int> subsonic_code = std::nullopt) {
    return {.error = {code, std::move(message)}, .code = subsonic_code};
}

/// True when the server may know another way to log in.
bool is_worth_another_way(const SubsonicFailure& failure) {
    return failure.code == static_cast<int>(SubsonicError::no_tokens) ||
           failure.code == static_cast<int>(SubsonicError::mechanism_unknown) ||
           failure.code == static_cast<int>(SubsonicError::parameter_missing);
}

} // namespace

SubsonicClient::SubsonicClient(SubsonicAccess access, net::HttpClient& http) : m_access(std::move(access)), m_http(http) {}

std::size_t SubsonicClient::parameter_space(const SubsonicSession& session) noexcept {
    return session.form_post ? k_form_space : k_query_space;
}

std::string SubsonicClient::server_name() const {
    const std::lock_guard lock(m_mutex);
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> k_names{{{"navidrome", "Navidrome"},
                                                                                    {"supysonic", "Supysonic"},
                                                                                    {"ampache", "Ampache"},
                                                                                    {"lms", "LMS"},
                                                                                    {"subsonic", "Subsonic"}}};
    const auto known = std::ranges::find(k_names, m_server_type, &std::pair<std::string_view, std::string_view>::first);
    if (known != k_names.end()) {
        return std::string(known->second);
    }
    return m_server_type.empty() ? "the Subsonic server" : m_server_type;
}

std::string SubsonicClient::server_name_first() const {
    std::string name = server_name();
    if (name.starts_with("the ")) {
        name.front() = 'T';
    }
    return name;
}

std::string SubsonicClient::credential_name() const {
    const auto session = [this] {
        const std::lock_guard lock(m_mutex);
        return m_session;
    }();
    const bool is_key = session ? session->login == SubsonicSession::Login::api_key : m_access.user.empty();
    return is_key ? "the API key" : fmt::format("the password of \"{}\"", to_display_text(m_access.user));
}

SubsonicFailure SubsonicClient::refusal(std::string_view method, int code) const {
    const auto known = static_cast<SubsonicError>(code);
    const ErrorCode error = is_login_refusal(code) || known == SubsonicError::forbidden ? ErrorCode::unauthorized
                            : known == SubsonicError::not_found                         ? ErrorCode::not_found
                                                                                        : ErrorCode::unavailable;
    if (is_login_refusal(code)) {
        return failure(error,
                       fmt::format("{} refused {}: {}.", m_access.url.origin(), credential_name(), explain_subsonic_error(code)),
                       code);
    }
    return failure(error, fmt::format("{} refused {}: {}.", m_access.url.origin(), method, explain_subsonic_error(code)), code);
}

net::Request SubsonicClient::compose(const SubsonicSession& session, std::string_view method, const net::Parameters& parameters,
                                     Effect effect) const {
    net::Parameters all;
    switch (session.login) {
    case SubsonicSession::Login::api_key: all.push_back({"apiKey", m_access.api_key}); break;
    case SubsonicSession::Login::token: {
        const std::string salt = fresh_salt();
        all.push_back({"u", m_access.user});
        all.push_back({"t", md5_hex(m_access.password + salt)});
        all.push_back({"s", salt});
        break;
    }
    case SubsonicSession::Login::password:
        all.push_back({"u", m_access.user});
        all.push_back({"p", "enc:" + hex_of(m_access.password)});
        break;
    }
    all.push_back({"v", session.sent_version});
    all.push_back({"c", "audiomuse"});
    all.push_back({"f", "json"});
    all.insert(all.end(), parameters.begin(), parameters.end());
    net::Request request{.url = m_access.url.join_path(fmt::format("rest/{}.view", method)),
                         .repeat = effect == Effect::reads ? net::Repeat::safe : net::Repeat::never};
    if (session.form_post) {
        request.method = net::Method::post;
        request.body = net::Body{"application/x-www-form-urlencoded", net::form_encode(all)};
    } else {
        request.url = request.url.with_query(all);
    }
    return request;
}

SubsonicOutcome<json> SubsonicClient::send(const SubsonicSession& session, std::string_view method,
                                           const net::Parameters& parameters, Effect effect, std::stop_token stop) {
    const auto response = m_http.fetch(compose(session, method, parameters, effect), k_answer_limit, std::move(stop));
    if (!response) {
        return tl::unexpected(SubsonicFailure{.error = response.error().error, .code = std::nullopt});
    }
    auto answer = read_subsonic_answer(response->body);
    if (answer && answer->error) {
        auto refused = refusal(method, *answer->error);
        refused.server_version = text_member(answer->body, "version");
        const bool is_generic = refused.code == static_cast<int>(SubsonicError::generic);
        if (const json* error = find_member(answer->body, "error"); error != nullptr && is_generic) {
            refused.is_malformed_id = text_member(*error, "message").find(k_malformed_id) != std::string::npos;
        }
        return tl::unexpected(std::move(refused));
    }
    if (response->status == 401 || response->status == 403) {
        return tl::unexpected(failure(ErrorCode::unauthorized, fmt::format("{} refused {} (status {}).", m_access.url.origin(),
                                                                           credential_name(), response->status)));
    }
    const std::string shown = m_access.url.join_path(fmt::format("rest/{}.view", method)).shown();
    if (response->status < 200 || response->status >= 300) {
        return tl::unexpected(failure(response->status == 404 ? ErrorCode::not_found : ErrorCode::unavailable,
                                      fmt::format("{} answered with status {}.", shown, response->status)));
    }
    if (!answer) {
        return tl::unexpected(
            failure(ErrorCode::damaged,
                    fmt::format("What {} answered cannot be read as JSON of a Subsonic server. Is the address right?", shown)));
    }
    return std::move(answer->body);
}

SubsonicOutcome<SubsonicSession> SubsonicClient::try_login(SubsonicSession::Login login, const std::stop_token& stop) {
    SubsonicSession session;
    session.login = login;
    session.sent_version = k_own_version;
    auto answer = send(session, "ping", {}, Effect::reads, stop);
    if (!answer && answer.error().code == static_cast<int>(SubsonicError::server_too_old)) {
        session.sent_version = answer.error().server_version;
        answer = send(session, "ping", {}, Effect::reads, stop);
    }
    if (!answer) {
        return tl::unexpected(std::move(answer).error());
    }
    session.version = text_member(*answer, "version");
    session.type = text_member(*answer, "type");
    session.open_subsonic = bool_member(*answer, "openSubsonic").value_or(false);
    return session;
}

bool SubsonicClient::takes_forms(SubsonicSession session, const std::stop_token& stop) {
    if (session.open_subsonic) {
        if (const auto answer = send(session, "getOpenSubsonicExtensions", {}, Effect::reads, stop);
            answer && announces_form_post(*answer)) {
            return true;
        }
    }
    // A server that reads the login from the body reads all of it. One that does not refuses the login.
    session.form_post = true;
    return send(session, "ping", {}, Effect::reads, stop).has_value();
}

Result<SubsonicSession> SubsonicClient::log_in(const std::stop_token& stop) {
    using Login = SubsonicSession::Login;
    SubsonicOutcome<SubsonicSession> session = tl::unexpected(failure(
        ErrorCode::unauthorized, fmt::format("No user and password, and no API key, is set for {}.", m_access.url.origin())));
    const bool has_password = !m_access.user.empty();
    if (!m_access.api_key.empty()) {
        session = try_login(Login::api_key, stop);
        if (!session && session.error().error.code == ErrorCode::unavailable && session.error().code) {
            session.error().error.code = ErrorCode::unauthorized; // error 10: it knows no API keys
            session.error().error.message = fmt::format("{} does not take the API key: {}.", m_access.url.origin(),
                                                        explain_subsonic_error(*session.error().code));
        }
    }
    const bool key_was_wrong = !session && session.error().code == static_cast<int>(SubsonicError::wrong_api_key);
    const bool was_answered =
        session.has_value() || session.error().code || session.error().error.code == ErrorCode::unauthorized;
    if (!session && has_password && was_answered && !key_was_wrong) {
        session = try_login(Login::token, stop);
        if (!session && is_worth_another_way(session.error())) {
            session = try_login(Login::password, stop);
            if (session && m_access.url.scheme() == "http") {
                log::warn("{} knows no login by token: the password goes over the network so that others there can read it.",
                          m_access.url.origin());
            }
        }
    }
    if (!session) {
        return tl::unexpected(std::move(session).error().error);
    }
    session->form_post = takes_forms(*session, stop);
    if (stop.stop_requested()) {
        return fail(ErrorCode::cancelled, "The login was cancelled.");
    }
    return std::move(*session);
}

Result<SubsonicSession> SubsonicClient::session(std::stop_token stop) {
    const auto known = [this] {
        const std::lock_guard lock(m_mutex);
        return m_session;
    };
    if (auto session = known()) {
        return std::move(*session);
    }
    const std::lock_guard login_lock(m_login_mutex);
    if (auto session = known()) {
        return std::move(*session);
    }
    auto session = log_in(stop);
    if (session) {
        log::debug("Logged in to {}: version {}, {}.", m_access.url.origin(), session->version,
                   session->form_post ? "parameters in the body" : "parameters in the address");
        const std::lock_guard lock(m_mutex);
        m_session = *session;
        m_server_type = truncate_utf8(session->type, 40);
    }
    return session;
}

SubsonicOutcome<json> SubsonicClient::call(std::string_view method, const net::Parameters& parameters, Effect effect,
                                           std::stop_token stop) {
    const auto agreed = session(stop);
    if (!agreed) {
        return tl::unexpected(SubsonicFailure{.error = agreed.error(), .code = std::nullopt});
    }
    auto answer = send(*agreed, method, parameters, effect, std::move(stop));
    if (!answer && answer.error().code && is_login_refusal(*answer.error().code)) {
        const std::lock_guard lock(m_mutex);
        m_session.reset(); // the next call logs in anew
    }
    return answer;
}

Result<net::Request> SubsonicClient::request(std::string_view method, const net::Parameters& parameters, std::stop_token stop) {
    auto agreed = session(std::move(stop));
    if (!agreed) {
        return fail(std::move(agreed));
    }
    return compose(*agreed, method, parameters, Effect::reads);
}

} // namespace audiomuse::library::detail
