#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <base/result.hpp>

namespace audiomuse::http {

/// Addresses that share a prefix: "10.0.0.0/8", "fd00::/8", or one address. An IPv4 address mapped into IPv6 counts as what it
/// maps.
class Network {
  public:
    /// Error invalid_argument for what is neither an address nor an address with the length of a prefix.
    [[nodiscard]] static Result<Network> parse(std::string_view text);

    /// False for what is no address.
    [[nodiscard]] bool contains(std::string_view address) const;

  private:
    std::string m_bytes; ///< 4 or 16
    unsigned m_prefix_bits = 0;
};

/// The bytes of an address in numbers, 4 or 16 of them; nothing for any other text.
[[nodiscard]] std::optional<std::string> address_bytes(std::string_view text);

} // namespace audiomuse::http
