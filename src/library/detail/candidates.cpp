#include <library/detail/candidates.hpp>

#include <algorithm>
#include <array>

namespace audiomuse::library::detail {

namespace {

constexpr std::array<std::string_view, 43> k_extensions{
    "aac",  "ac3",  "aif", "aifc", "aiff", "alac", "amr", "ape", "asf", "au",   "caf",  "dff", "dsf", "dts", "eac3",
    "fla",  "flac", "m4a", "m4b",  "m4r",  "mka",  "mp1", "mp2", "mp3", "mp+",  "mpa",  "mpc", "oga", "ogg", "opus",
    "rf64", "shn",  "snd", "spx",  "tak",  "tta",  "voc", "w64", "wav", "wave", "weba", "wma", "wv"};

constexpr std::array<std::string_view, 6> k_foreign_folders{"@eaDir",       "#recycle",   "#snapshot",
                                                            "$RECYCLE.BIN", "lost+found", "System Volume Information"};

} // namespace

std::string lower_extension(std::string_view file_name) {
    const std::size_t dot = file_name.rfind('.');
    if (dot == std::string_view::npos || dot == 0) {
        return {};
    }
    std::string extension(file_name.substr(dot + 1));
    std::ranges::transform(extension, extension.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return extension;
}

bool is_candidate(std::string_view file_name) {
    static_assert(std::ranges::find(k_extensions, std::string_view{}) == k_extensions.end());
    return std::ranges::find(k_extensions, lower_extension(file_name)) != k_extensions.end();
}

bool is_skipped(std::string_view name) {
    return name.starts_with('.') || std::ranges::find(k_foreign_folders, name) != k_foreign_folders.end();
}

bool has_skipped_component(std::string_view relative_path) {
    while (!relative_path.empty()) {
        const std::size_t slash = relative_path.find('/');
        if (is_skipped(relative_path.substr(0, slash))) {
            return true;
        }
        relative_path.remove_prefix(slash == std::string_view::npos ? relative_path.size() : slash + 1);
    }
    return false;
}

} // namespace audiomuse::library::detail
