#pragma once

#include <string>
#include <vector>

namespace audiomuse::library {

/// How to reach a Jellyfin server (10.8 or newer), and as whom.
struct JellyfinSettings {
    std::string url;       ///< may have a path: `https://nas/jellyfin`
    std::string user;      ///< id in either spelling, or name; empty: the token's user, else the only user of the server
    std::string token;     ///< an API key, or the access token of a user
    std::string device_id; ///< names this installation in the server's list of devices
    std::string version;   ///< of this program, for the same list
    std::vector<std::string> music_libraries;  ///< names; empty: all that the user sees
    bool public_playlists = false;             ///< every user of the server sees them
    std::vector<std::string> playlist_users{}; ///< ids or names of those who get the playlists; empty: the user
};

} // namespace audiomuse::library
