// What a compromised analysis child may send. Whatever is accepted must survive a second trip unchanged.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include <analysis/child_protocol.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace audiomuse::analysis;
    const auto bytes = std::as_bytes(std::span(data, size));
    if (const auto message = decode_child_message(bytes)) {
        const auto again = encode(*message);
        const auto second = decode_child_message(again);
        if (!second || encode(*second) != again) {
            std::abort();
        }
    }
    if (const auto message = decode_server_message(bytes)) {
        const auto again = encode(*message);
        const auto second = decode_server_message(again);
        if (!second || encode(*second) != again) {
            std::abort();
        }
    }
    return 0;
}
