#pragma once

#include <span>
#include <string_view>

#include "mono.hpp"

namespace audiomuse::bench {

/// One way to decode. `decode` throws std::runtime_error on a file that the library cannot decode.
struct Library {
    std::string_view name;
    void (*decode)(const char* path, Mono& mono);
};

[[nodiscard]] std::span<const Library> libraries();

} // namespace audiomuse::bench
