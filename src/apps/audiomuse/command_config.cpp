#include <cstdio>

#include <fmt/format.h>

#include "commands.hpp"

namespace audiomuse::apps {

ExitCode print_config(const settings::LoadedSettings& loaded) {
    fmt::print("{}", settings::to_toml(loaded));
    return ExitCode::success;
}

} // namespace audiomuse::apps
