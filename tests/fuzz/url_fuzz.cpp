// Addresses of the settings and of redirects, split at the first line break: whatever is taken is plain http, stays itself when
// it is read again, and never shows its query.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <net/url.hpp>

using audiomuse::Result;
using audiomuse::net::Url;

namespace {

void check(const Result<Url>& url) {
    if (!url) {
        if (url.error().message.empty()) {
            std::abort();
        }
        return;
    }
    const auto again = Url::parse(url->reveal());
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (!again || *again != *url || (url->scheme() != "http" && url->scheme() != "https") || !url->path().starts_with('/') ||
        url->shown().find('?') != std::string::npos || std::ranges::any_of(url->reveal(), is_control) ||
        url->origin().find('@') != std::string::npos) {
        std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t end = text.find('\n');
    const auto url = Url::parse(text.substr(0, end));
    check(url);
    if (url && end != std::string_view::npos) {
        check(url->resolve(text.substr(end + 1)));
        const Url joined = url->join({text.substr(end + 1)});
        if (joined.path().substr(1).find('/', url->path().size()) != std::string::npos) {
            std::abort();
        }
    }
    return 0;
}
