// The settings file: whatever it holds, reading it ends in settings that are in range or in an error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <settings/detail/config_file.hpp>
#include <settings/detail/names.hpp>
#include <settings/detail/table.hpp>

using namespace audiomuse::settings;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto values = detail::parse_config_text(text, "fuzz.toml");
    if (!values) {
        return values.error().message.empty() ? (std::abort(), 0) : 0;
    }
    Settings settings;
    for (const auto& [key, value] : *values) {
        if (const detail::Row* row = detail::find_row(key)) {
            static_cast<void>(detail::assign(*row, value, {"/base", "/home"}, settings));
            static_cast<void>(detail::to_toml_value(*row, settings));
        }
    }
    if (settings.clustering_runs < 1 || settings.clustering_runs > 100'000 || !(settings.max_distance >= 0)) {
        std::abort();
    }
    return 0;
}
