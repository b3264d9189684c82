#pragma once

#include <cstdint>
#include <span>

#include <base/result.hpp>
#include <store/detail/connection.hpp>

namespace audiomuse::store::detail {

/// `PRAGMA application_id`, "AuMu": tells our databases from others.
inline constexpr std::int64_t k_application_id = 0x41754D75;

/// One step of the schema. Steps are only ever added at the end; what a release has shipped never changes.
struct Migration {
    int version = 0; ///< `PRAGMA user_version` once it is done; 1, 2, 3 ... without gaps
    const char* script = nullptr;
};

[[nodiscard]] std::span<const Migration> all_migrations() noexcept;
[[nodiscard]] int newest_version() noexcept;

/// Brings the database to the newest of the given versions, each step in one transaction: a crash leaves a version, never a half
/// of one. Errors: unsupported_version for a newer database, invalid_argument for one of another program.
[[nodiscard]] Result<void> migrate(Connection& connection, std::span<const Migration> migrations);

} // namespace audiomuse::store::detail
