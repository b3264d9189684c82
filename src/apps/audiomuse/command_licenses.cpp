#include <cstddef>
#include <string_view>

#include "commands.hpp"
#include "standard_output.hpp"

// NOLINTBEGIN(readability-identifier-naming): the symbols that cmake/Embed.cmake defines
extern "C" const char audiomuse_licenses_begin[];
extern "C" const char audiomuse_licenses_end[];
// NOLINTEND(readability-identifier-naming)

namespace audiomuse::apps {

ExitCode print_licenses() {
    StandardOutput output;
    output.write(
        std::string_view(audiomuse_licenses_begin, static_cast<std::size_t>(audiomuse_licenses_end - audiomuse_licenses_begin)));
    return output.finish(ExitCode::success);
}

} // namespace audiomuse::apps
