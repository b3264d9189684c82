#include <store/detail/migrations.hpp>

#include <utility>

#include <fmt/format.h>

#include <base/log.hpp>

namespace audiomuse::store::detail {

namespace {

Result<void> refuse_foreign_content(Connection& connection) {
    auto id = connection.integer("PRAGMA application_id");
    if (!id) {
        return fail(std::move(id));
    }
    auto objects = connection.integer("SELECT count(*) FROM sqlite_schema");
    if (!objects) {
        return fail(std::move(objects));
    }
    if (*id != k_application_id && (*id != 0 || *objects != 0)) {
        return fail(ErrorCode::invalid_argument, "The database belongs to another program; choose another data folder.");
    }
    return {};
}

/// True when this step was the one that the database lacked.
Result<bool> apply(Connection& connection, const Migration& migration) {
    if (auto begun = connection.execute("BEGIN IMMEDIATE"); !begun) {
        return fail(std::move(begun));
    }
    const auto undo = [&connection] {
        if (connection.in_transaction()) {
            (void)connection.execute("ROLLBACK");
        }
    };
    auto version = connection.integer("PRAGMA user_version");
    if (!version || *version >= migration.version) {
        undo();
        return version ? Result<bool>(false) : fail(std::move(version));
    }
    auto done = connection.execute(migration.script);
    if (done) {
        done = connection.execute(
            fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT", k_application_id, migration.version));
    }
    if (!done) {
        undo();
        return fail(std::move(done));
    }
    return true;
}

} // namespace

Result<void> migrate(Connection& connection, std::span<const Migration> migrations) {
    if (auto checked = refuse_foreign_content(connection); !checked) {
        return checked;
    }
    auto found = connection.integer("PRAGMA user_version");
    if (!found) {
        return fail(std::move(found));
    }
    const int newest = migrations.empty() ? 0 : migrations.back().version;
    if (*found > newest) {
        return fail(
            ErrorCode::unsupported_version,
            fmt::format("The database was written by a newer version of audiomuse (its schema is {}, this program knows {}).",
                        *found, newest));
    }
    for (const Migration& migration : migrations) {
        auto applied = apply(connection, migration);
        if (!applied) {
            return fail(std::move(applied));
        }
        if (*applied && *found > 0) {
            log::info("The database was brought to version {} of its schema.", migration.version);
        }
    }
    return {};
}

} // namespace audiomuse::store::detail
