#pragma once

#include <filesystem>
#include <string>

#include <base/result.hpp>
#include <http/front.hpp>
#include <settings/settings.hpp>

namespace audiomuse::apps {

/// Who may use the server.
struct Access {
    http::Front::Settings front;
    std::string link_fragment{};        ///< "#token=..." where the server made the token itself: logs a browser in
    std::filesystem::path token_file{}; ///< where it is kept then
    bool token_is_new = false;          ///< made at this start
};

[[nodiscard]] bool is_loopback(std::string_view address);

/// By the settings; on an address that is no loopback and without a token in the settings, by the token in the data folder, which
/// is made when there is none. Errors name the setting or file to mend.
[[nodiscard]] Result<Access> open_access(const settings::Settings& settings);

} // namespace audiomuse::apps
