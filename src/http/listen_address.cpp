#include <http/server.hpp>

#include <charconv>

#include <arpa/inet.h>

namespace audiomuse::http {

namespace {

tl::unexpected<Error> bad_address(const std::string& text) {
    return fail(ErrorCode::invalid_argument,
                "\"" + text + "\" is not an address to listen on; write ADDRESS:PORT, for instance 127.0.0.1:8000 or [::1]:8000.", "listen");
}

} // namespace

Result<Server::Settings> parse_listen_address(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos) {
        return bad_address(text);
    }
    Server::Settings settings;
    settings.address = text.substr(0, colon);
    const bool bracketed = settings.address.size() > 2 && settings.address.front() == '[' && settings.address.back() == ']';
    if (bracketed) {
        settings.address = settings.address.substr(1, settings.address.size() - 2);
    }
    if (settings.address == "localhost") {
        settings.address = "127.0.0.1";
    }
    in6_addr parsed{}; // large enough for either family
    if (::inet_pton(bracketed ? AF_INET6 : AF_INET, settings.address.c_str(), &parsed) != 1) {
        return bad_address(text);
    }
    const char* begin = text.data() + colon + 1;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(begin, end, settings.port);
    if (error != std::errc{} || stop != end) {
        return bad_address(text);
    }
    return settings;
}

} // namespace audiomuse::http
