#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <app/requests.hpp>
#include <base/result.hpp>

namespace audiomuse::app {

/// The Jellyfin server that one analysis reads in place of the configured one, or with other credentials.
struct NamedServer {
    std::string url;
    std::string user_id; ///< empty: the configured user on the configured server, else the token's
    std::string token;   ///< empty: the configured one, which goes to the configured server only

    bool operator==(const NamedServer&) const = default;
};

struct ServerAddress {
    std::string text; ///< one spelling for each server, without what follows a question mark
    std::string host; ///< lower case, without the port

    bool operator==(const ServerAddress&) const = default;
};

/// What start calls are held against.
struct ConfiguredServer {
    std::string media_server; ///< "local", "jellyfin" or "subsonic"
    std::string jellyfin_url;
    std::string jellyfin_user_id;
    bool jellyfin_token_is_set = false;
    std::vector<std::string> allowed_hosts{}; ///< that other servers may be on; empty: any
    /// An error for what is no http or https address.
    std::function<Result<ServerAddress>(const std::string& url)> address;
};

/// The server that a start call names; nothing when it is the configured one as it is configured. Error invalid_argument, with
/// the field, for a server that cannot be read: another URL without a token of its own, a bad URL, or a media server of another
/// kind.
[[nodiscard]] Result<std::optional<NamedServer>> named_server(const AnalysisRequest& request, const ConfiguredServer& configured);

} // namespace audiomuse::app
