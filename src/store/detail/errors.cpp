#include <store/detail/errors.hpp>

#include <string>

#include <base/log.hpp>

namespace audiomuse::store::detail {

namespace {

Error describe(int code, int extended_code) {
    switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return {ErrorCode::unavailable, "The database is locked by another program; close what else has it open and try again."};
    case SQLITE_FULL: return {ErrorCode::io, "The database cannot grow: the disk is full. Make room and try again."};
    case SQLITE_READONLY:
        return {ErrorCode::io,
                "The database cannot be written; check the permissions of the data folder and that its disk is not "
                "mounted read-only."};
    case SQLITE_PERM:
    case SQLITE_AUTH: return {ErrorCode::io, "Access to the database was refused; check the permissions of the data folder."};
    case SQLITE_CANTOPEN:
        return {ErrorCode::io,
                "The database cannot be opened; check that the data folder exists, is a folder and can be written."};
    case SQLITE_IOERR:
        return {ErrorCode::io, "Reading or writing the database failed; check the disk of the data folder and that it has room."};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return {ErrorCode::damaged,
                "The database is damaged; stop the server and put back a backup, or move the file away to start anew."};
    case SQLITE_NOMEM: return {ErrorCode::unavailable, "There is not enough memory for the database; free some and try again."};
    case SQLITE_INTERRUPT: return {ErrorCode::cancelled, "The database call was cancelled."};
    case SQLITE_TOOBIG: return {ErrorCode::invalid_argument, "A value is too large for the database."};
    case SQLITE_CONSTRAINT:
        if (extended_code == SQLITE_CONSTRAINT_UNIQUE || extended_code == SQLITE_CONSTRAINT_PRIMARYKEY) {
            return {ErrorCode::conflict, "The database already has an entry with this key."};
        }
        return {ErrorCode::invalid_argument, "The database refused values that break its rules."};
    default: return {ErrorCode::internal, "The database failed in an unexpected way; the log has more."};
    }
}

} // namespace

tl::unexpected<Error> sqlite_failure(sqlite3* connection, int extended_code) {
    Error error = describe(extended_code & 0xFF, extended_code);
    if (error.code != ErrorCode::conflict) {
        const bool is_current = connection != nullptr && sqlite3_extended_errcode(connection) == extended_code;
        log::warn("SQLite: {} ({})", is_current ? sqlite3_errmsg(connection) : sqlite3_errstr(extended_code), extended_code);
    }
    return tl::unexpected<Error>(std::move(error));
}

} // namespace audiomuse::store::detail
