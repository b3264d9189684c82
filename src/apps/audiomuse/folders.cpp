#include "folders.hpp"

#include <cerrno>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include <base/files.hpp>

namespace audiomuse::apps {

namespace fs = std::filesystem;

Result<void> check_writable(const fs::path& folder) {
    fs::path nearest = folder;
    std::error_code error;
    while (!fs::exists(nearest, error) && nearest.has_relative_path()) {
        nearest = nearest.parent_path();
    }
    if (!fs::is_directory(nearest, error)) {
        return fail(ErrorCode::io, fmt::format("{} is not a folder.", nearest.string()));
    }
    if (::access(nearest.c_str(), W_OK | X_OK) != 0) {
        return fail(ErrorCode::io,
                    fmt::format("{} cannot be written: {}.", nearest.string(), std::generic_category().message(errno)));
    }
    return {};
}

Result<void> make_writable(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) {
        return fail(ErrorCode::io, fmt::format("{} cannot be made: {}.", folder.string(), error.message()));
    }
    const fs::path probe = folder / ".audiomuse-probe";
    if (auto written = write_file_atomically(probe, "", FileMode::owner_only); !written) {
        return fail(ErrorCode::io, written.error().message);
    }
    fs::remove(probe, error);
    return {};
}

} // namespace audiomuse::apps
