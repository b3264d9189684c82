#include <http/token.hpp>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <sys/random.h>

namespace audiomuse::http {

namespace {

using Digest = std::array<std::uint8_t, SHA256_DIGEST_SIZE>;

const std::uint8_t* bytes(std::string_view text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }

std::string sha256(std::string_view text) {
    sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, text.size(), bytes(text));
    Digest digest;
    sha256_digest(&context, digest.size(), digest.data());
    return {digest.begin(), digest.end()};
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && memeql_sec(a.data(), b.data(), a.size()) != 0;
}

} // namespace

Token::Token(std::string_view secret) : m_digest(sha256(secret)) {}

bool Token::matches(std::string_view given) const { return equal_in_constant_time(sha256(given), m_digest); }

std::string Token::mac(std::string_view text) const {
    hmac_sha256_ctx context;
    hmac_sha256_set_key(&context, m_digest.size(), bytes(m_digest));
    hmac_sha256_update(&context, text.size(), bytes(text));
    Digest digest;
    hmac_sha256_digest(&context, digest.size(), digest.data());
    return fmt::format("{:02x}", fmt::join(digest, ""));
}

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
