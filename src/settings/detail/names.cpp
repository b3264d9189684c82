#include <settings/detail/names.hpp>

#include <algorithm>
#include <numeric>
#include <vector>

namespace audiomuse::settings::detail {

namespace {

/// Levenshtein's distance: insertions, deletions and replacements of single characters.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

} // namespace

std::string environment_name(const Row& row) {
    std::string name(row.key);
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return row.environment == EnvironmentName::bare ? name : std::string(k_environment_prefix) + name;
}

std::string flag_name(const Row& row) {
    std::string name = "--" + std::string(row.key);
    std::ranges::replace(name, '_', '-');
    return name;
}

std::string_view nearest_name(std::string_view name, std::span<const std::string> candidates) {
    constexpr std::size_t k_longest_name = 64; // a bound of the work for hostile input
    if (name.size() > k_longest_name) {
        return {};
    }
    std::string_view nearest;
    std::size_t least = std::max<std::size_t>(2, name.size() / 4) + 1;
    for (const std::string& candidate : candidates) {
        const std::size_t distance = edit_distance(name, candidate);
        if (distance < least) {
            least = distance;
            nearest = candidate;
        }
    }
    return nearest;
}

} // namespace audiomuse::settings::detail
