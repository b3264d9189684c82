#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <base/result.hpp>

namespace audiomuse::net {

/// One name and value of a query or a form, not encoded.
struct Parameter {
    std::string name;
    std::string value;
};
/// In the order in which they are sent; a name may come more than once.
using Parameters = std::vector<Parameter>;

/// Encodes every byte but the unreserved characters of RFC 3986 (letters, digits, `-._~`): good for a path segment, a query and a
/// form. A space becomes `%20`.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// `name=value&name=value`, percent-encoded: a query string, or a body of type application/x-www-form-urlencoded.
[[nodiscard]] std::string form_encode(std::span<const Parameter> parameters);

/// An absolute http or https address without user name, password and fragment.
///
/// The query may hold secrets: only reveal() gives it. Show an address by shown() or origin().
class Url {
  public:
    /// Error invalid_argument, with a message that never quotes the text: not a URL, another scheme, no host, a user name or
    /// password inside, control characters, more than 64 KiB. Dot segments of the path are resolved, the fragment is dropped,
    /// scheme and host become lower case.
    [[nodiscard]] static Result<Url> parse(std::string_view text);

    /// The address that a redirect from here names: absolute or relative. Errors as those of parse().
    [[nodiscard]] Result<Url> resolve(std::string_view reference) const;

    /// This address with more path segments, each percent-encoded, and without the query:
    /// `http://nas/music` and {"Items", "a/b"} make `http://nas/music/Items/a%2Fb`. A segment cannot lead upwards.
    [[nodiscard]] Url join(std::initializer_list<std::string_view> segments) const;
    /// The same with a path of our own code, taken as it is: "System/Info/Public".
    [[nodiscard]] Url join_path(std::string_view path) const;

    /// This address with these parameters as its whole query.
    [[nodiscard]] Url with_query(std::span<const Parameter> parameters) const;

    [[nodiscard]] const std::string& scheme() const noexcept { return m_scheme; }
    /// A name or an address, IPv6 in brackets.
    [[nodiscard]] const std::string& host() const noexcept { return m_host; }
    [[nodiscard]] std::uint16_t port() const noexcept { return m_port; }
    /// Percent-encoded, begins with a slash.
    [[nodiscard]] const std::string& path() const noexcept { return m_path; }
    [[nodiscard]] bool has_query() const noexcept { return !m_query.empty(); }

    /// `scheme://host:port`
    [[nodiscard]] std::string origin() const;
    /// `scheme://host:port/path`: what errors and logs name.
    [[nodiscard]] std::string shown() const;
    /// All of it, for the request itself. May hold secrets: never for an error, a log or an answer.
    [[nodiscard]] std::string reveal() const;

    friend bool operator==(const Url&, const Url&) = default;

  private:
    struct Reader;

    Url() = default;

    std::string m_scheme;
    std::string m_host;
    std::uint16_t m_port = 0;
    std::string m_path;
    std::string m_query;
};

} // namespace audiomuse::net
