#include <http/network.hpp>

#include <charconv>

#include <arpa/inet.h>
#include <fmt/format.h>

namespace audiomuse::http {

namespace {

/// RFC 4291, 2.5.5.2.
constexpr std::string_view k_mapped_prefix("\0\0\0\0\0\0\0\0\0\0\xFF\xFF", 12);

bool same_bits(std::string_view a, std::string_view b, unsigned bits) {
    const std::size_t whole = bits / 8;
    const unsigned rest = bits % 8;
    if (a.substr(0, whole) != b.substr(0, whole)) {
        return false;
    }
    const auto mask = static_cast<unsigned char>(0xFFU << (8U - rest));
    return rest == 0 || ((static_cast<unsigned char>(a[whole]) ^ static_cast<unsigned char>(b[whole])) & mask) == 0;
}

} // namespace

std::optional<std::string> address_bytes(std::string_view text) {
    const std::string terminated(text);
    std::string bytes(16, '\0');
    if (terminated.find('\0') != std::string::npos) {
        return std::nullopt;
    }
    if (::inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1) {
        bytes.resize(4);
        return bytes;
    }
    if (::inet_pton(AF_INET6, terminated.c_str(), bytes.data()) != 1) {
        return std::nullopt;
    }
    return bytes.starts_with(k_mapped_prefix) ? bytes.substr(k_mapped_prefix.size()) : bytes;
}

Result<Network> Network::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    auto bytes = address_bytes(text.substr(0, slash));
    Network network;
    bool is_good = bytes.has_value();
    if (is_good) {
        network.m_bytes = std::move(*bytes);
        const auto all = static_cast<unsigned>(8 * network.m_bytes.size());
        network.m_prefix_bits = all;
        if (slash != std::string_view::npos) {
            const std::string_view length = text.substr(slash + 1);
            const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), network.m_prefix_bits);
            is_good = error == std::errc{} && end == length.data() + length.size() && network.m_prefix_bits <= all;
        }
    }
    if (!is_good) {
        return fail(ErrorCode::invalid_argument,
                    fmt::format("'{}' is no address, and no network as in 10.0.0.0/8 or fd00::/8.", text));
    }
    return network;
}

bool Network::contains(std::string_view address) const {
    const auto bytes = address_bytes(address);
    return bytes && bytes->size() == m_bytes.size() && same_bits(*bytes, m_bytes, m_prefix_bits);
}

} // namespace audiomuse::http
