#include <library/detail/path_map.hpp>

#include <algorithm>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <base/log.hpp>
#include <base/text.hpp>
#include <library/detail/root.hpp>

namespace audiomuse::library::detail {

namespace {

bool is_windows_path(std::string_view path) { return path.find('\\') != std::string_view::npos; }

std::string without_trailing_slashes(std::string path) {
    while (path.size() > 1 && (path.back() == '/' || path.back() == '\\')) {
        path.pop_back();
    }
    return path;
}

/// What follows the beginning `folder` of `path`; nothing when it does not begin so.
std::optional<std::string> rest_of(std::string_view path, std::string_view folder) {
    if (folder.empty()) {
        return path.starts_with('/') ? std::nullopt : std::optional<std::string>(path);
    }
    if (!path.starts_with(folder)) {
        return std::nullopt;
    }
    path.remove_prefix(folder.size());
    const bool ends_here = folder.ends_with('/') || path.starts_with('/') || path.starts_with('\\');
    if (!ends_here) {
        return std::nullopt;
    }
    std::string rest(path.substr(std::min(path.find_first_not_of("/\\"), path.size())));
    if (is_windows_path(folder)) {
        std::ranges::replace(rest, '\\', '/');
    }
    return rest;
}

} // namespace

PathMap::PathMap(std::vector<PathMapping> mappings, std::string server_name)
    : m_mappings(std::move(mappings)), m_server_name(std::move(server_name)) {
    for (PathMapping& mapping : m_mappings) {
        mapping.server = without_trailing_slashes(std::move(mapping.server));
    }
    std::ranges::stable_sort(m_mappings, std::ranges::greater{},
                             [](const PathMapping& mapping) { return mapping.server.size(); });
}

std::optional<PathMap::Place> PathMap::find(std::string_view server_path) const {
    for (const PathMapping& mapping : m_mappings) {
        if (auto rest = rest_of(server_path, mapping.server); rest && !rest->empty()) {
            return Place{&mapping, std::move(*rest)};
        }
    }
    return std::nullopt;
}

std::optional<AudioInput> PathMap::open(const std::string& server_path, std::uint64_t size_bytes) const {
    const auto place = find(server_path);
    if (!place) {
        return std::nullopt;
    }
    const auto give_up = [&](const std::string& why) {
        if (!m_said.exchange(true)) {
            log::warn("{} is fetched from {} although its path is mapped: {} This is said once.", to_display_text(server_path),
                      m_server_name, why);
        }
        return std::nullopt;
    };
    const auto root = Root::open(place->mapping->here);
    if (!root) {
        return give_up(fmt::format("{} cannot be opened: {}.", to_display_text(place->mapping->here.native()),
                                   std::generic_category().message(root.error())));
    }
    auto fd = root->open_inside(place->rest, O_RDONLY);
    if (!fd) {
        return give_up(fmt::format("there is no such file in {}: {}.", to_display_text(place->mapping->here.native()),
                                   std::generic_category().message(fd.error())));
    }
    struct stat status {};
    if (::fstat(fd->get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return give_up("it is no regular file here.");
    }
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size != size_bytes || size_bytes == 0) {
        return give_up(fmt::format("it has {} bytes here, {} there.", size, size_bytes));
    }
    return AudioInput{std::move(*fd), size};
}

} // namespace audiomuse::library::detail
