#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace audiomuse::http {

struct Header {
    std::string name;
    std::string value;
};

/// A request, free of any server library.
struct Request {
    std::string method; ///< upper case
    std::string path;   ///< as sent: percent-encoded, without the query
    std::string query;  ///< as sent, without the question mark
    std::string body;
    std::vector<Header> headers{}; ///< as sent
    std::string peer{};            ///< the address of the other end, in numbers and without its port

    /// The value of the first header of that name in any case; nothing when there is none.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

/// One step of an event stream; called about twice a second. An empty text sends nothing; nothing at all ends the stream.
using EventSource = std::function<std::optional<std::string>()>;

struct Response {
    int status = 200;
    std::string content_type = "application/json; charset=utf-8";
    std::string body{};
    std::vector<Header> headers{};        ///< beside those that every answer has
    std::optional<std::size_t> head_of{}; ///< of an answer to HEAD: the size of the body that GET would have
    EventSource events{};                 ///< when set, a text/event-stream follows in place of the body
};

/// Whether two texts are the same but for the case of ASCII letters.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// Undoes percent-encoding; nothing when an escape is malformed.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// The decoded parameters of a query; a repeated name keeps its first value. Malformed pairs are left out.
[[nodiscard]] std::map<std::string, std::string> parse_query(std::string_view query);

} // namespace audiomuse::http
