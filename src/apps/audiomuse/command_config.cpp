#include "commands.hpp"
#include "standard_output.hpp"

namespace audiomuse::apps {

ExitCode print_config(const settings::LoadedSettings& loaded) {
    StandardOutput output;
    output.write(settings::to_toml(loaded));
    return output.finish(ExitCode::success);
}

} // namespace audiomuse::apps
