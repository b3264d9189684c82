#pragma once

#include <string>
#include <string_view>

#include <base/clock.hpp>

namespace audiomuse::http {

/// The API token: asked for in a header, or exchanged for a session that a browser keeps in a cookie.
///
/// A session is `EXPIRY.MAC`: seconds since 1970, and their HMAC-SHA256 (RFC 2104) under a key made of the token. Nothing is
/// stored: sessions outlive the server and end with the token.
class Token {
  public:
    explicit Token(std::string_view secret);

    /// Takes the same time wherever the texts differ.
    [[nodiscard]] bool matches(std::string_view given) const;

    [[nodiscard]] std::string make_session(UtcTime expiry) const;
    [[nodiscard]] bool accepts_session(std::string_view session, UtcTime now) const;

  private:
    [[nodiscard]] std::string mac(std::string_view text) const;

    std::string m_digest; ///< SHA-256 of the secret: lengths are no longer seen
};

/// 256 bits of the kernel's randomness as 64 hexadecimal digits. Throws std::system_error when there is none.
[[nodiscard]] std::string make_token();

} // namespace audiomuse::http
