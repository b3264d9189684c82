#include <store/detail/connection.hpp>

#include <utility>

#include <store/detail/errors.hpp>

namespace audiomuse::store::detail {

std::string_view RowReader::bytes() noexcept {
    const int column = m_column++;
    // The pointer first: asking for it may convert the value and so change its size.
    const void* data = sqlite3_column_blob(m_statement, column);
    const int size = sqlite3_column_bytes(m_statement, column);
    return data == nullptr ? std::string_view()
                           : std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

std::optional<double> RowReader::optional_real() noexcept {
    if (next_is_null()) {
        ++m_column;
        return std::nullopt;
    }
    return real();
}

std::optional<UtcTime> RowReader::optional_time() noexcept {
    if (next_is_null()) {
        ++m_column;
        return std::nullopt;
    }
    return time();
}

Query::Query(Query&& other) noexcept
    : m_connection(other.m_connection), m_statement(std::exchange(other.m_statement, nullptr)), m_parameter(other.m_parameter),
      m_bind_code(other.m_bind_code) {}

Query::~Query() {
    if (m_statement != nullptr) {
        reset();
        sqlite3_clear_bindings(m_statement); // frees the copies of bound texts
    }
}

Result<bool> Query::step() {
    if (m_bind_code != SQLITE_OK) {
        return sqlite_failure(m_connection, m_bind_code);
    }
    const int code = sqlite3_step(m_statement);
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code == SQLITE_DONE) {
        return false;
    }
    return sqlite_failure(m_connection, code);
}

Result<void> Query::run() {
    for (;;) {
        auto row = step();
        if (!row) {
            return fail(std::move(row));
        }
        if (!*row) {
            return {};
        }
    }
}

void Query::reset() noexcept {
    sqlite3_reset(m_statement); // its code repeats that of the last step
    m_bind_code = SQLITE_OK;
}

void Query::bind_one(std::nullopt_t /*value*/) noexcept { keep(sqlite3_bind_null(m_statement, ++m_parameter)); }

void Query::bind_one(double value) noexcept { keep(sqlite3_bind_double(m_statement, ++m_parameter, value)); }

void Query::bind_integer(std::int64_t value) noexcept { keep(sqlite3_bind_int64(m_statement, ++m_parameter, value)); }

void Query::bind_one(std::string_view text) noexcept {
    const char* data = text.data() != nullptr ? text.data() : ""; // a null pointer would bind NULL
    keep(sqlite3_bind_text64(m_statement, ++m_parameter, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Query::bind_one(Blob blob) noexcept {
    const void* data = blob.bytes.data() != nullptr ? static_cast<const void*>(blob.bytes.data()) : "";
    keep(sqlite3_bind_blob64(m_statement, ++m_parameter, data, blob.bytes.size(), SQLITE_TRANSIENT));
}

Result<Connection> Connection::open(const std::filesystem::path& file, OpenMode mode, std::chrono::milliseconds busy_timeout) {
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    switch (mode) {
    case OpenMode::create: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE; break;
    case OpenMode::read_write: flags |= SQLITE_OPEN_READWRITE; break;
    case OpenMode::read_only: flags |= SQLITE_OPEN_READONLY; break;
    }
    sqlite3* handle = nullptr;
    // An absolute path: names such as ":memory:" mean something else to SQLite.
    const int code = sqlite3_open_v2(std::filesystem::absolute(file).c_str(), &handle, flags, nullptr);
    Connection connection(handle);
    if (code != SQLITE_OK) {
        return sqlite_failure(handle, code);
    }
    sqlite3_busy_timeout(handle, static_cast<int>(busy_timeout.count()));
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    if (mode == OpenMode::read_only) {
        sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    }
    return connection;
}

Result<std::unique_ptr<sqlite3_stmt, Connection::Finalize>> Connection::prepare(std::string_view sql) {
    sqlite3_stmt* raw = nullptr;
    const int code =
        sqlite3_prepare_v3(m_handle.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    std::unique_ptr<sqlite3_stmt, Finalize> statement(raw);
    if (code != SQLITE_OK) {
        return sqlite_failure(m_handle.get(), code);
    }
    return statement;
}

Result<Query> Connection::query(std::string_view sql) {
    auto found = m_statements.find(sql);
    if (found == m_statements.end()) {
        auto statement = prepare(sql);
        if (!statement) {
            return fail(std::move(statement));
        }
        found = m_statements.emplace(std::string(sql), std::move(*statement)).first;
    }
    sqlite3_stmt* const statement = found->second.get();
    if (sqlite3_stmt_busy(statement) != 0) {
        return fail(ErrorCode::internal, "A database statement is used twice at once.");
    }
    return Query(m_handle.get(), statement);
}

Result<void> Connection::execute(const std::string& sql) {
    const int code = sqlite3_exec(m_handle.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        return sqlite_failure(m_handle.get(), code);
    }
    return {};
}

Result<std::int64_t> Connection::integer(std::string_view sql) {
    auto statement = prepare(sql);
    if (!statement) {
        return fail(std::move(statement));
    }
    Query query(m_handle.get(), statement->get());
    auto row = query.step();
    if (!row) {
        return fail(std::move(row));
    }
    return *row ? query.row().integer() : 0;
}

Result<std::string> Connection::text(std::string_view sql) {
    auto statement = prepare(sql);
    if (!statement) {
        return fail(std::move(statement));
    }
    Query query(m_handle.get(), statement->get());
    auto row = query.step();
    if (!row) {
        return fail(std::move(row));
    }
    return *row ? query.row().text() : std::string();
}

} // namespace audiomuse::store::detail
