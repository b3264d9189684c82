#pragma once

#include <string_view>

/// Files that the build puts into the executable.
namespace audiomuse::http {

/// src/http/openapi.json: the OpenAPI 3.1 description of this API.
[[nodiscard]] std::string_view openapi_json() noexcept;
/// src/http/page.html: what GET / answers.
[[nodiscard]] std::string_view page_html() noexcept;
/// What the page loads: GET /page.css and /page.js.
[[nodiscard]] std::string_view page_css() noexcept;
[[nodiscard]] std::string_view page_js() noexcept;

} // namespace audiomuse::http
