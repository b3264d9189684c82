#include <library/detail/jellyfin_client.hpp>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <base/text.hpp>

namespace audiomuse::library::detail {

namespace {

constexpr net::ByteCount k_max_answer{8U << 20U};
constexpr int k_unauthorized = 401;
constexpr int k_forbidden = 403;
constexpr int k_not_found = 404;

bool is_good(int status) { return status >= 200 && status < 300; }

/// Values are decoded by the server, so encoding keeps quotes, commas and line breaks of a value inside it.
std::string authorization(const JellyfinSettings& settings) {
    const auto value = [](std::string_view text, std::string_view otherwise) {
        return net::percent_encode(text.empty() ? otherwise : text);
    };
    std::string header = fmt::format(R"(MediaBrowser Client="audiomuse", Device="audiomuse", DeviceId="{}", Version="{}")",
                                     value(settings.device_id, "audiomuse"), value(settings.version, "0"));
    if (!settings.token.empty()) {
        header += fmt::format(R"(, Token="{}")", net::percent_encode(settings.token));
    }
    return header;
}

bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

template <class T>
std::string choices(const std::vector<T>& items) {
    constexpr std::size_t k_shown = 20;
    std::string text;
    for (std::size_t i = 0; i < std::min(items.size(), k_shown); ++i) {
        text += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", items[i].name);
    }
    return items.size() > k_shown ? text + " and more" : text.empty() ? "none" : text;
}

} // namespace

JellyfinClient::JellyfinClient(JellyfinSettings settings, net::HttpClient& http)
    : m_settings(std::move(settings)), m_http(http), m_base(net::Url::parse(m_settings.url)),
      m_authorization(authorization(m_settings)) {}

std::string JellyfinClient::address() const { return m_base ? m_base->shown() : std::string("the configured address"); }

Result<net::Request> JellyfinClient::request(net::Method method, std::string_view path, net::Parameters parameters) const {
    if (!m_base) {
        return fail(ErrorCode::invalid_argument, m_base.error().message, "jellyfin_url");
    }
    net::Request request{.method = method, .url = m_base->join_path(path)};
    if (!parameters.empty()) {
        request.url = request.url.with_query(parameters);
    }
    request.headers = {{"Authorization", m_authorization}, {"Accept", "application/json"}};
    return request;
}

net::Outcome<net::Response> JellyfinClient::send(const net::Request& request, std::stop_token stop) {
    return m_http.fetch(request, k_max_answer, std::move(stop));
}

Error JellyfinClient::error_of(int status, std::string_view path) const {
    switch (status) {
    case k_unauthorized:
        return {ErrorCode::unauthorized,
                m_settings.token.empty()
                    ? fmt::format("The Jellyfin server at {} wants a token, and none is set (401).", address())
                    : fmt::format("The Jellyfin server at {} refused the token (401): it is wrong or was revoked.", address()),
                "jellyfin_token"};
    case k_forbidden:
        return {ErrorCode::unauthorized,
                fmt::format("The Jellyfin server at {} does not let the owner of the token do this (403, {}).", address(), path),
                "jellyfin_token"};
    case k_not_found:
        return {ErrorCode::not_found, fmt::format("The Jellyfin server at {} has no such item (404, {}).", address(), path)};
    default:
        return {ErrorCode::unavailable,
                fmt::format("The Jellyfin server at {} answered with status {} ({}).", address(), status, path)};
    }
}

Result<std::string> JellyfinClient::body_of(net::Outcome<net::Response> outcome, std::string_view path) const {
    if (!outcome) {
        return tl::unexpected(std::move(outcome).error().error);
    }
    if (!is_good(outcome->status)) {
        // The words of a refused library come with 401, too; the token is good then.
        if (outcome->status == k_unauthorized && outcome->body.find("is not permitted to access") != std::string::npos) {
            return fail(ErrorCode::not_found,
                        fmt::format("The user may not see what was asked for on {} ({}).", address(), path));
        }
        return tl::unexpected(error_of(outcome->status, path));
    }
    if (outcome->content_type == "text/html") {
        return fail(
            ErrorCode::unavailable,
            fmt::format("{} answers with a web page in place of data: is it the address of a Jellyfin server?", address()));
    }
    return std::move(outcome->body);
}

Result<std::string> JellyfinClient::ask(net::Method method, std::string_view path, net::Parameters parameters,
                                        std::stop_token stop) {
    const auto question = request(method, path, std::move(parameters));
    if (!question) {
        return tl::unexpected(question.error());
    }
    return body_of(send(*question, std::move(stop)), path);
}

Result<std::string> JellyfinClient::post_json(std::string_view path, std::string json, std::stop_token stop) {
    auto question = request(net::Method::post, path);
    if (!question) {
        return fail(std::move(question));
    }
    question->body = net::Body{"application/json", std::move(json)};
    return body_of(send(*question, std::move(stop)), path);
}

Result<JellyfinServerInfo> JellyfinClient::server_info(std::stop_token stop) {
    return ask(net::Method::get, "System/Info/Public", {}, std::move(stop)).and_then([](const std::string& body) {
        return parse_server_info(body);
    });
}

Result<JellyfinIdentity> JellyfinClient::identity(std::stop_token stop) {
    const std::lock_guard lock(m_mutex);
    if (!m_identity) {
        auto found = find_identity(std::move(stop));
        if (!found) {
            return found;
        }
        m_identity = std::move(*found);
    }
    return *m_identity;
}

Result<JellyfinIdentity> JellyfinClient::find_identity(std::stop_token stop) {
    const auto question = request(net::Method::get, "Users/Me");
    if (!question) {
        return tl::unexpected(question.error());
    }
    auto own = send(*question, stop);
    const auto wanted = normal_guid(m_settings.user);
    const auto is_wanted = [&](const JellyfinUser& user) {
        return wanted ? user.id == *wanted : same_name(user.name, m_settings.user);
    };
    if (own && own->status == k_unauthorized) {
        return tl::unexpected(error_of(k_unauthorized, "Users/Me"));
    }
    if (!own || is_good(own->status)) {
        const auto user = body_of(std::move(own), "Users/Me").and_then([](const std::string& body) { return parse_user(body); });
        if (!user) {
            return tl::unexpected(user.error());
        }
        if (m_settings.user.empty() || is_wanted(*user)) {
            return JellyfinIdentity{*user, true};
        }
    }
    // Another status: an API key has no user of its own.
    const auto users =
        ask(net::Method::get, "Users", {}, stop).and_then([](const std::string& body) { return parse_users(body); });
    if (!users) {
        return tl::unexpected(users.error());
    }
    if (m_settings.user.empty()) {
        if (users->size() == 1) {
            return JellyfinIdentity{users->front(), false};
        }
        return fail(ErrorCode::invalid_argument,
                    fmt::format("The Jellyfin server has {} users; name one of them: {}.", users->size(), choices(*users)),
                    "jellyfin_user_id");
    }
    const auto found = std::ranges::find_if(*users, is_wanted);
    if (found == users->end()) {
        return fail(
            ErrorCode::invalid_argument,
            fmt::format("The Jellyfin server has no user \"{}\"; it has: {}.", to_display_text(m_settings.user), choices(*users)),
            "jellyfin_user_id");
    }
    return JellyfinIdentity{*found, false};
}

Result<std::vector<JellyfinUser>> JellyfinClient::playlist_users(std::stop_token stop) {
    const auto users =
        ask(net::Method::get, "Users", {}, std::move(stop)).and_then([](const std::string& body) { return parse_users(body); });
    if (!users) {
        return users;
    }
    std::vector<JellyfinUser> chosen;
    for (const std::string& name : m_settings.playlist_users) {
        const auto wanted = normal_guid(name);
        const auto found = std::ranges::find_if(
            *users, [&](const JellyfinUser& user) { return wanted ? user.id == *wanted : same_name(user.name, name); });
        if (found == users->end()) {
            return fail(ErrorCode::invalid_argument,
                        fmt::format("The Jellyfin server has no user \"{}\" for playlists; it has: {}.", to_display_text(name),
                                    choices(*users)),
                        "playlist_users");
        }
        if (std::ranges::find(chosen, found->id, &JellyfinUser::id) == chosen.end()) {
            chosen.push_back(*found);
        }
    }
    return chosen;
}

Result<std::vector<JellyfinLibrary>> JellyfinClient::libraries(std::stop_token stop) {
    const auto who = identity(stop);
    if (!who) {
        return tl::unexpected(who.error());
    }
    auto body = ask(net::Method::get, "UserViews", {{"userId", who->user.id}}, stop);
    if (!body && body.error().code == ErrorCode::not_found) { // before 10.9
        body = ask(net::Method::get, fmt::format("Users/{}/Views", who->user.id), {}, stop);
    }
    return std::move(body).and_then([](const std::string& text) { return parse_libraries(text); });
}

Result<std::vector<JellyfinLibrary>> JellyfinClient::chosen_libraries(std::stop_token stop) {
    std::vector<JellyfinLibrary> chosen;
    if (m_settings.music_libraries.empty()) {
        return chosen;
    }
    const auto all = libraries(std::move(stop));
    if (!all) {
        return tl::unexpected(all.error());
    }
    for (const std::string& name : m_settings.music_libraries) {
        const auto found =
            std::ranges::find_if(*all, [&](const JellyfinLibrary& library) { return same_name(library.name, name); });
        if (found == all->end()) {
            return fail(ErrorCode::invalid_argument,
                        fmt::format("The Jellyfin server has no library \"{}\" that the user sees; it has: {}.",
                                    to_display_text(name), choices(*all)),
                        "music_libraries");
        }
        const bool known = std::ranges::any_of(chosen, [&](const JellyfinLibrary& other) { return other.id == found->id; });
        if (!known) {
            chosen.push_back(*found);
        }
    }
    return chosen;
}

} // namespace audiomuse::library::detail
