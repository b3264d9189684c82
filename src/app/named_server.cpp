#include <app/named_server.hpp>

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace audiomuse::app {

namespace {

constexpr std::string_view k_configured_token = "********"; // what /api/config shows of it

tl::unexpected<Error> refuse(std::string_view field, std::string_view why) {
    return fail(ErrorCode::invalid_argument, fmt::format("Field \"{}\" {}", field, why), std::string(field));
}

} // namespace

Result<std::optional<NamedServer>> named_server(const AnalysisRequest& request, const ConfiguredServer& configured) {
    NamedServer named{request.jellyfin_url.value_or(""), request.jellyfin_user_id.value_or(""),
                      request.jellyfin_token.value_or("")};
    if (configured.media_server != "jellyfin") {
        if (named.url.empty()) {
            return std::nullopt;
        }
        return refuse("jellyfin_url",
                      fmt::format("names a Jellyfin server, but this server's media_server is \"{}\".", configured.media_server));
    }
    if (named.token == k_configured_token) {
        named.token.clear();
    }
    bool is_other_server = false;
    if (named.url.empty()) {
        named.url = configured.jellyfin_url;
    } else {
        const auto address = configured.address(named.url);
        if (!address) {
            return refuse("jellyfin_url", fmt::format("is not usable. {}", address.error().message));
        }
        const auto own = configured.address(configured.jellyfin_url);
        named.url = address->text; // what follows a question mark may be a credential, and this is stored
        is_other_server = !own || *own != *address;
        const auto& allowed = configured.allowed_hosts;
        if (is_other_server && !allowed.empty() && std::ranges::find(allowed, address->host) == allowed.end()) {
            return refuse("jellyfin_url", "names a host that is not among the allowed_media_hosts of this server's settings.");
        }
    }
    if (is_other_server && named.token.empty()) {
        return refuse("jellyfin_url",
                      "is not the configured server, so it needs a jellyfin_token of its own: the configured token "
                      "is sent to the configured server only.");
    }
    if (!is_other_server && named.token.empty() && (named.user_id.empty() || named.user_id == configured.jellyfin_user_id)) {
        return std::nullopt;
    }
    return named;
}

} // namespace audiomuse::app
