#include <http/token.hpp>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/random.h>

#include <base/digest.hpp>

namespace audiomuse::http {

Token::Token(std::string_view secret) : m_digest(sha256(secret)) {}

bool Token::matches(std::string_view given) const { return equal_in_constant_time(sha256(given), m_digest); }

std::string Token::mac(std::string_view text) const { return hmac_sha256_hex(m_digest, text); }

std::string Token::make_session(UtcTime expiry) const {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(expiry).time_since_epoch().count();
    const std::string text = fmt::format("{}", seconds);
    return text + '.' + mac(text);
}

bool Token::accepts_session(std::string_view session, UtcTime now) const {
    const std::size_t dot = session.find('.');
    if (dot == std::string_view::npos) {
        return false;
    }
    const std::string_view text = session.substr(0, dot);
    if (!equal_in_constant_time(session.substr(dot + 1), mac(text))) {
        return false;
    }
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    return error == std::errc{} && end == text.data() + text.size() && now < UtcTime(std::chrono::seconds(seconds));
}

std::string make_token() {
    std::array<std::uint8_t, 32> random{};
    if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
        throw std::system_error(errno, std::generic_category(), "The kernel gave no randomness");
    }
    return fmt::format("{:02x}", fmt::join(random, ""));
}

} // namespace audiomuse::http
