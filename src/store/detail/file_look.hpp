#pragma once

#include <chrono>
#include <filesystem>

#include <base/result.hpp>

namespace audiomuse::store::detail {

/// Looks at a database file without writing to it or its log. Absent and empty files pass.
///
/// Errors: unsupported_version for one that a newer program wrote, damaged for what is no SQLite database, invalid_argument for
/// the database of another program, io when it cannot be read.
[[nodiscard]] Result<void> refuse_what_is_not_ours(const std::filesystem::path& file, std::chrono::milliseconds busy_timeout);

} // namespace audiomuse::store::detail
