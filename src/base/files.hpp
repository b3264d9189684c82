#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <base/fd.hpp>
#include <base/result.hpp>

namespace audiomuse {

/// Opens a regular file for reading, close-on-exec. Errors (not_found, io) name the path.
[[nodiscard]] Result<UniqueFd> open_for_reading(const std::filesystem::path& path);

/// The whole file; a file above max_bytes is an error (invalid_argument), so that no input can exhaust memory.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t max_bytes);

enum class FileMode : unsigned { everyone_reads = 0644, owner_only = 0600 };

/// Replaces the file in one step (temporary file in the same folder, fsync, rename): after a crash there is the old or the new
/// content.
[[nodiscard]] Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content, FileMode mode);

/// Our folder in an XDG base directory: `base/audiomuse` when `base` (the value of the variable) is an absolute path, as the
/// specification demands, else `home/fallback/audiomuse`.
[[nodiscard]] std::filesystem::path xdg_directory(std::string_view base, std::string_view home, std::string_view fallback);

} // namespace audiomuse
