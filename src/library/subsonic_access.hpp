#pragma once

#include <string>

#include <net/url.hpp>

namespace audiomuse::library {

/// Where a Subsonic server is and who we are there.
struct SubsonicAccess {
    net::Url url;          ///< of the server, as its users open it: "https://music.example.org/navidrome"
    std::string user;      ///< may be empty when there is an API key
    std::string password;  ///< used when there is no API key, or the server knows none
    std::string api_key{}; ///< tried first
};

} // namespace audiomuse::library
