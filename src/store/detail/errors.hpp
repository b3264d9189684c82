#pragma once

#include <sqlite3.h>

#include <base/result.hpp>

namespace audiomuse::store::detail {

/// An SQLite result code as an Error: a sentence that says what to do, without path or SQL. What SQLite itself says goes to the
/// log, except for broken unique keys, which callers expect.
[[nodiscard]] tl::unexpected<Error> sqlite_failure(sqlite3* connection, int extended_code);

} // namespace audiomuse::store::detail
