#include <net/detail/read_answer.hpp>

#include <algorithm>
#include <chrono>

#include <base/text.hpp>
#include <net/detail/status.hpp>

namespace audiomuse::net::detail {

namespace {

constexpr std::size_t k_longest_type = 200;
constexpr curl_off_t k_longest_retry_after_s = 86'400;

} // namespace

int read_status(CURL* easy) { return static_cast<int>(info<long>(easy, CURLINFO_RESPONSE_CODE)); }

std::string_view read_header(CURL* easy, const char* name) {
    curl_header* found = nullptr;
    const bool is_there = curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK;
    return is_there ? std::string_view(found->value) : std::string_view();
}

std::string media_type(std::string_view content_type) {
    const std::string_view start = content_type.substr(0, content_type.find(';'));
    std::string type = to_display_text(truncate_utf8(start, k_longest_type));
    std::ranges::transform(type, type.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return type;
}

Answer read_answer(CURL* easy) {
    Answer answer;
    answer.status = read_status(easy);
    answer.content_type = media_type(read_header(easy, "Content-Type"));
    if (is_redirect(answer.status)) {
        answer.location = read_header(easy, "Location");
    }
    answer.retry_after =
        std::chrono::seconds(std::clamp<curl_off_t>(info<curl_off_t>(easy, CURLINFO_RETRY_AFTER), 0, k_longest_retry_after_s));
    answer.end_is_certain = answer.status == 204 || info<curl_off_t>(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T) >= 0 ||
                            !read_header(easy, "Transfer-Encoding").empty();
    return answer;
}

} // namespace audiomuse::net::detail
