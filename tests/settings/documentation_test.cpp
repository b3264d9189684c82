#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <settings/descriptions.hpp>

namespace audiomuse::settings {
namespace {

constexpr std::string_view k_begin = "<!-- settings: begin -->\n";
constexpr std::string_view k_end = "<!-- settings: end -->\n";

std::string settings_table() {
    std::string table = "| key, variable | value | default | |\n|---|---|---|---|\n";
    for (const SettingDescription& setting : descriptions()) {
        table += fmt::format("| `{}`<br>`{}` | {} | {} | {} |\n", setting.key, setting.environment, setting.allowed,
                             setting.default_value, setting.help);
    }
    return table;
}

/// The table in docs/configuration.md is what the program knows. To write it anew, run this test with UPDATE_DOCS=1.
TEST(DocumentationTest, TheConfigurationPageListsEverySetting) {
    const std::string path = AUDIOMUSE_DOCS "/configuration.md";
    std::ifstream in(path);
    std::string page((std::istreambuf_iterator<char>(in)), {});
    const std::size_t begin = page.find(k_begin);
    const std::size_t end = page.find(k_end);
    ASSERT_TRUE(begin != std::string::npos && end != std::string::npos && begin < end) << path << " has lost its markers";
    const std::size_t first = begin + k_begin.size();
    if (std::getenv("UPDATE_DOCS") != nullptr) {
        page.replace(first, end - first, settings_table());
        std::ofstream(path) << page;
        return;
    }
    EXPECT_EQ(page.substr(first, end - first), settings_table()) << "run settings_test with UPDATE_DOCS=1";
}

} // namespace
} // namespace audiomuse::settings
