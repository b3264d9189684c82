#pragma once

#include <cstdint>
#include <string_view>

#include <curl/curl.h>

#include <net/detail/setback.hpp>
#include <net/detail/transfer_watch.hpp>
#include <net/http_client.hpp>

namespace audiomuse::net::detail {

/// What is known about a transfer that failed.
struct Circumstances {
    const ClientSettings& settings;
    const Url& url;
    bool request_sent = false; ///< at least in part
    bool answer_begun = false;
    Progress progress{};
    int os_error = 0;
    std::string_view detail{}; ///< libcurl's own words, which are shown only where they cannot hold a secret
};

/// A code of libcurl in words.
[[nodiscard]] Setback explain(CURLcode code, const Circumstances& circumstances);

/// A limit of time in words.
[[nodiscard]] Setback explain(TimeLimit limit, std::chrono::milliseconds allowance, const Circumstances& circumstances);

[[nodiscard]] Setback too_large(const Url& url, ByteCount limit);

} // namespace audiomuse::net::detail
