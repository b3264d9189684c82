#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include <base/clock.hpp>
#include <base/id.hpp>
#include <base/result.hpp>

namespace audiomuse::store::detail {

/// Raw bytes to bind as a BLOB; borrowed until the bind call returns.
struct Blob {
    std::span<const std::byte> bytes;
};
[[nodiscard]] inline Blob blob_of(std::string_view text) { return {std::as_bytes(std::span(text))}; }

/// Reads the columns of the current row of a Query one after another.
class RowReader {
  public:
    explicit RowReader(sqlite3_stmt* statement) noexcept : m_statement(statement) {}

    [[nodiscard]] bool next_is_null() const noexcept { return sqlite3_column_type(m_statement, m_column) == SQLITE_NULL; }
    void skip(int columns) noexcept { m_column += columns; }

    [[nodiscard]] std::int64_t integer() noexcept { return sqlite3_column_int64(m_statement, m_column++); }
    [[nodiscard]] int small_integer() noexcept { return sqlite3_column_int(m_statement, m_column++); }
    [[nodiscard]] double real() noexcept { return sqlite3_column_double(m_statement, m_column++); }
    [[nodiscard]] UtcTime time() noexcept { return UtcTime(std::chrono::microseconds(integer())); }
    /// TEXT or BLOB, as bytes. Valid until the query is stepped again.
    [[nodiscard]] std::string_view bytes() noexcept;
    [[nodiscard]] std::string text() { return std::string(bytes()); }
    [[nodiscard]] std::optional<double> optional_real() noexcept;
    [[nodiscard]] std::optional<UtcTime> optional_time() noexcept;

  private:
    sqlite3_stmt* m_statement;
    int m_column = 0;
};

/// A prepared statement, lent by its connection for one use; the end of its life resets it. Not thread-safe.
class Query {
  public:
    Query(sqlite3* connection, sqlite3_stmt* statement) noexcept : m_connection(connection), m_statement(statement) {}
    Query(Query&& other) noexcept;
    Query& operator=(Query&&) = delete;
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;
    ~Query();

    /// Binds ?1, ?2, ... in order. A failure shows in the next step().
    template <class... Values>
    Query& bind(const Values&... values) {
        m_parameter = 0;
        (bind_one(values), ...);
        return *this;
    }

    /// True: there is a row. False: done.
    [[nodiscard]] Result<bool> step();
    /// Steps until done; rows are dropped.
    [[nodiscard]] Result<void> run();
    /// Makes the statement ready to be bound and stepped again.
    void reset() noexcept;

    [[nodiscard]] RowReader row() const noexcept { return RowReader(m_statement); }

  private:
    void keep(int code) noexcept { m_bind_code = m_bind_code == SQLITE_OK ? code : m_bind_code; }
    void bind_one(std::nullopt_t value) noexcept;
    void bind_one(double value) noexcept;
    void bind_one(std::string_view text) noexcept;
    void bind_one(const std::string& text) noexcept { bind_one(std::string_view(text)); }
    void bind_one(const char* text) noexcept { bind_one(std::string_view(text)); }
    void bind_one(Blob blob) noexcept;
    void bind_one(UtcTime time) noexcept { bind_integer(time.time_since_epoch().count()); }
    void bind_integer(std::int64_t value) noexcept;
    template <std::integral T>
    void bind_one(T value) noexcept {
        bind_integer(static_cast<std::int64_t>(value));
    }
    template <class Tag>
    void bind_one(const Id<Tag>& id) noexcept {
        bind_one(std::string_view(id.str()));
    }
    template <class T>
    void bind_one(const std::optional<T>& value) noexcept {
        value ? bind_one(*value) : bind_one(std::nullopt);
    }

    sqlite3* m_connection;
    sqlite3_stmt* m_statement;
    int m_parameter = 0;
    int m_bind_code = SQLITE_OK;
};

enum class OpenMode {
    create,     ///< read and write; an absent file is made
    read_write, ///< read and write; an absent file is an error
    read_only   ///< never writes the database file, not even on close
};

/// One SQLite connection with its prepared statements. Used by one thread at a time.
class Connection {
  public:
    [[nodiscard]] static Result<Connection> open(const std::filesystem::path& file, OpenMode mode,
                                                 std::chrono::milliseconds busy_timeout);

    /// A cached statement for this text, ready to be bound. Error internal when the same text is still in use.
    [[nodiscard]] Result<Query> query(std::string_view sql);
    /// Binds and runs a cached statement that gives no rows. Returns how many rows it changed, without those of triggers and
    /// cascades.
    template <class... Values>
    [[nodiscard]] Result<std::int64_t> change(std::string_view sql, const Values&... values) {
        auto statement = query(sql);
        if (!statement) {
            return fail(std::move(statement));
        }
        if (auto done = statement->bind(values...).run(); !done) {
            return fail(std::move(done));
        }
        return sqlite3_changes64(m_handle.get());
    }
    /// Runs a script of statements; rows are dropped. For the schema, transactions and pragmas; no value from outside belongs
    /// into it.
    [[nodiscard]] Result<void> execute(const std::string& sql);
    /// The first column of the first row; 0 when there is none.
    [[nodiscard]] Result<std::int64_t> integer(std::string_view sql);
    [[nodiscard]] Result<std::string> text(std::string_view sql);

    [[nodiscard]] std::int64_t last_row() const noexcept { return sqlite3_last_insert_rowid(m_handle.get()); }
    [[nodiscard]] bool in_transaction() const noexcept { return sqlite3_get_autocommit(m_handle.get()) == 0; }
    [[nodiscard]] sqlite3* handle() const noexcept { return m_handle.get(); }

  private:
    struct Close {
        void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
    };
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
    };

    explicit Connection(sqlite3* handle) noexcept : m_handle(handle) {}
    [[nodiscard]] Result<std::unique_ptr<sqlite3_stmt, Finalize>> prepare(std::string_view sql);

    std::unique_ptr<sqlite3, Close> m_handle;
    std::map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, std::less<>> m_statements;
};

} // namespace audiomuse::store::detail
