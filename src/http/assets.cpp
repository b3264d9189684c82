#include <http/assets.hpp>

// NOLINTBEGIN(readability-identifier-naming): the symbols that cmake/Embed.cmake defines
extern "C" const char audiomuse_openapi_begin[];
extern "C" const char audiomuse_openapi_end[];
extern "C" const char audiomuse_page_begin[];
extern "C" const char audiomuse_page_end[];
extern "C" const char audiomuse_page_css_begin[];
extern "C" const char audiomuse_page_css_end[];
extern "C" const char audiomuse_page_js_begin[];
extern "C" const char audiomuse_page_js_end[];
// NOLINTEND(readability-identifier-naming)

namespace audiomuse::http {

std::string_view openapi_json() noexcept {
    return {audiomuse_openapi_begin, static_cast<std::size_t>(audiomuse_openapi_end - audiomuse_openapi_begin)};
}

std::string_view page_html() noexcept {
    return {audiomuse_page_begin, static_cast<std::size_t>(audiomuse_page_end - audiomuse_page_begin)};
}

std::string_view page_css() noexcept {
    return {audiomuse_page_css_begin, static_cast<std::size_t>(audiomuse_page_css_end - audiomuse_page_css_begin)};
}

std::string_view page_js() noexcept {
    return {audiomuse_page_js_begin, static_cast<std::size_t>(audiomuse_page_js_end - audiomuse_page_js_begin)};
}

} // namespace audiomuse::http
