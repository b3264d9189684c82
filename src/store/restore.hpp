#pragma once

#include <filesystem>

#include <base/result.hpp>

namespace audiomuse::store {

/// Puts a copy of a backup in the place of a database, which nobody may have open: the caller holds the data folder's lock. A
/// backup of an older program is brought up to date on the way. The backup itself is only read.
///
/// Returns where the former database lies from then on, beside the new one; empty when there was none. Whatever fails or dies
/// before the last step leaves the former database in its place. Errors: not_found, damaged (of the backup), invalid_argument (no
/// database of this program), unsupported_version, conflict (the backup is the database), io.
[[nodiscard]] Result<std::filesystem::path> restore_backup(const std::filesystem::path& backup,
                                                           const std::filesystem::path& database);

} // namespace audiomuse::store
