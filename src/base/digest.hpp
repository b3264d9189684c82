#pragma once

#include <string>
#include <string_view>

namespace audiomuse {

/// MD5 (RFC 1321), 32 lower-case hexadecimal digits. Only because the Subsonic protocol demands it: good for no secret of our
/// own.
[[nodiscard]] std::string md5_hex(std::string_view text);

/// SHA-256 (FIPS 180-4), 32 bytes.
[[nodiscard]] std::string sha256(std::string_view text);

/// HMAC-SHA256 (RFC 2104), 64 lower-case hexadecimal digits.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view text);

/// Takes the same time wherever texts of one length differ.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

} // namespace audiomuse
