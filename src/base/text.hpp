#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace audiomuse {

/// Any bytes as one line that may be shown: each ill-formed UTF-8 sequence becomes U+FFFD, each run of control characters (line
/// breaks and NUL included) one space, and blanks at both ends go. Well-formed text without controls stays as it is.
[[nodiscard]] std::string to_display_text(std::string_view bytes);

/// The longest beginning of at most `max_bytes` bytes that cuts no UTF-8 character apart.
[[nodiscard]] std::string_view truncate_utf8(std::string_view text, std::size_t max_bytes) noexcept;

/// A text reduced to what makes two spellings the same: letters in lower case (Latin, Greek and Cyrillic), spaces trimmed and
/// single.
[[nodiscard]] std::string normalised_text(std::string_view text);

} // namespace audiomuse
