#include <cstddef>
#include <cstdio>
#include <string_view>

#include <fmt/format.h>

#include "commands.hpp"

// NOLINTBEGIN(readability-identifier-naming): the symbols that cmake/Embed.cmake defines
extern "C" const char audiomuse_licenses_begin[];
extern "C" const char audiomuse_licenses_end[];
// NOLINTEND(readability-identifier-naming)

namespace audiomuse::apps {

ExitCode print_licenses() {
    fmt::print("{}", std::string_view(audiomuse_licenses_begin,
                                      static_cast<std::size_t>(audiomuse_licenses_end - audiomuse_licenses_begin)));
    return ExitCode::success;
}

} // namespace audiomuse::apps
