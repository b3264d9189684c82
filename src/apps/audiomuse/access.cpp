#include "access.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <base/files.hpp>
#include <base/log.hpp>

namespace audiomuse::apps {

namespace {

constexpr const char* k_token_file = "api_token";
constexpr std::size_t k_short_token = 16;

/// The token that a former start made.
Result<std::string> kept_token(const std::filesystem::path& file) {
    using std::filesystem::perms;
    std::error_code error;
    if ((std::filesystem::status(file, error).permissions() & (perms::group_all | perms::others_all)) != perms::none) {
        return fail(
            ErrorCode::invalid_argument,
            fmt::format("Other users of this machine may read the API token in {0}. Remove the file to have a new one made, or "
                        "run chmod 600 '{0}' when nobody has read it.",
                        file.string()));
    }
    auto text = read_file(file, 4096);
    if (!text) {
        return text;
    }
    text->erase(text->find_last_not_of(" \t\r\n") + 1);
    if (text->empty()) {
        return fail(
            ErrorCode::invalid_argument,
            fmt::format("The file {} should hold the API token and is empty. Remove it to have a new one made.", file.string()));
    }
    return text;
}

Result<std::string> new_token(const std::filesystem::path& file) {
    std::string token = http::make_token();
    if (auto written = write_file_atomically(file, token + '\n', FileMode::owner_only); !written) {
        return fail(std::move(written));
    }
    return token;
}

Result<std::string> checked_base_path(std::string path) {
    path.erase(path.find_last_not_of('/') + 1);
    const bool is_plain = std::ranges::all_of(path, [](char c) { return c > ' ' && c < '\x7F'; }) &&
                          path.find_first_of("?#%;\\\"") == std::string::npos && path.find("//") == std::string::npos;
    if (!path.empty() && (path.front() != '/' || !is_plain)) {
        return fail(ErrorCode::invalid_argument, "base_path must be a path as in /audiomuse.", "base_path");
    }
    return path;
}

} // namespace

bool is_loopback(std::string_view address) { return address.starts_with("127.") || address == "::1"; }

Result<Access> open_access(const settings::Settings& settings) {
    Access access;
    http::Gate::Settings& gate = access.front.gate;
    gate.allowed_hosts = settings.allowed_hosts;
    gate.user_header = settings.user_header;
    for (const std::string& text : settings.trusted_proxies) {
        auto network = http::Network::parse(text);
        if (!network) {
            return fail(ErrorCode::invalid_argument, fmt::format("trusted_proxies: {}", network.error().message),
                        "trusted_proxies");
        }
        gate.trusted_proxies.push_back(*network);
    }
    auto base_path = checked_base_path(settings.base_path);
    if (!base_path) {
        return fail(std::move(base_path));
    }
    access.front.base_path = std::move(*base_path);

    if (settings.insecure_no_auth) {
        if (!settings.api_token.empty()) {
            return fail(ErrorCode::invalid_argument, "insecure_no_auth is set beside an api_token; remove one of them.",
                        "insecure_no_auth");
        }
        return access;
    }
    if (!settings.api_token.empty()) {
        if (settings.api_token.reveal().size() < k_short_token) {
            log::warn("The api_token is short, so it can be guessed: use {} characters or more.", k_short_token);
        }
        gate.token.emplace(settings.api_token.reveal());
    } else if (!is_loopback(settings.listen.host) && settings.listen.host != "localhost") {
        std::error_code error;
        access.token_file = settings.data / k_token_file;
        access.token_is_new = !std::filesystem::exists(access.token_file, error);
        auto token = access.token_is_new ? new_token(access.token_file) : kept_token(access.token_file);
        if (!token) {
            return fail(std::move(token));
        }
        gate.token.emplace(*token);
        access.link_fragment = "#token=" + *token;
    }
    return access;
}

} // namespace audiomuse::apps
