#pragma once

#include <stop_token>

#include <library/jellyfin_settings.hpp>
#include <library/server_check.hpp>
#include <net/http_client.hpp>

namespace audiomuse::library {

/// Tries what analysis and playlists need of a Jellyfin server, and says in words what is wrong: the address, TLS, the token, the
/// user, the libraries, the right to download, the making of playlists.
[[nodiscard]] ServerCheck check_jellyfin(const JellyfinSettings& settings, net::HttpClient& http, PlaylistTrial trial,
                                         std::stop_token stop);

} // namespace audiomuse::library
