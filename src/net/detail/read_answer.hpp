#pragma once

#include <string>
#include <string_view>

#include <curl/curl.h>

#include <net/detail/session.hpp>

namespace audiomuse::net::detail {

/// A number that libcurl keeps about the last transfer; 0 when it has none.
template <class T>
[[nodiscard]] T info(CURL* easy, CURLINFO which) {
    T value{};
    static_cast<void>(curl_easy_getinfo(easy, which, &value));
    return value;
}

[[nodiscard]] int read_status(CURL* easy);

/// The first header of this name, valid until the next transfer; empty when there is none.
[[nodiscard]] std::string_view read_header(CURL* easy, const char* name);

/// `application/json` of "Application/JSON; charset=utf-8"
[[nodiscard]] std::string media_type(std::string_view content_type);

/// Everything but the body.
[[nodiscard]] Answer read_answer(CURL* easy);

} // namespace audiomuse::net::detail
