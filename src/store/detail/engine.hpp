#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>
#include <vector>

#include <base/result.hpp>
#include <store/detail/connection.hpp>

namespace audiomuse::store::detail {

/// What a committed transaction is sure to survive.
enum class Durability {
    process_death, ///< kill -9 at any moment; a power cut may lose the newest such transactions, in order, but damages nothing
    power_loss     ///< a power cut as well: the log is synced to disk before the call returns
};

/// The connections to one database file: one that writes, guarded by a mutex, and as many readers as there are readers at once.
/// Readers see the last committed state and neither wait for the writer nor hold it up. Safe to call from several threads.
class Engine {
  public:
    /// Creates or migrates the file as needed. Errors as Database::open().
    [[nodiscard]] static Result<std::unique_ptr<Engine>> open(const std::filesystem::path& file,
                                                              std::chrono::milliseconds busy_timeout);
    /// Creates and migrates nothing; write() then is an error. Errors as Database::open_to_read().
    [[nodiscard]] static Result<std::unique_ptr<Engine>> open_to_read(const std::filesystem::path& file,
                                                                      std::chrono::milliseconds busy_timeout);
    /// Takes a writer that is set up; for open() and open_to_read().
    Engine(std::filesystem::path file, std::chrono::milliseconds busy_timeout, Connection writer);

    [[nodiscard]] const std::filesystem::path& file() const noexcept { return m_file; }

    /// Runs `body(Connection&) -> Result<T>` in one transaction: committed when it returns a value, undone when it returns an
    /// error or throws. One at a time; `body` must not call write() again.
    template <class Body>
    auto write(Durability durability, Body&& body) -> std::invoke_result_t<Body, Connection&> {
        const std::lock_guard lock(m_writer_mutex);
        Transaction transaction(m_writer);
        if (auto begun = begin_write(durability); !begun) {
            return fail(std::move(begun));
        }
        auto result = std::forward<Body>(body)(m_writer);
        if (result) {
            if (auto committed = m_writer.execute("COMMIT"); !committed) {
                return fail(std::move(committed));
            }
        }
        return result;
    }

    /// Writes what the log holds into the file and empties the log, so that nothing that was overwritten is left in it. Waits for
    /// readers as long as the busy timeout says; what they hold up stays until the log is next folded.
    void fold_log();

    /// Runs `body(Connection&) -> Result<T>` on one unchanging state of the database. May be nested; may call write().
    template <class Body>
    auto read(Body&& body) -> std::invoke_result_t<Body, Connection&> {
        auto reader = borrow_reader();
        if (!reader) {
            return fail(std::move(reader));
        }
        const ReaderLoan loan(*this, std::move(*reader));
        Transaction transaction(loan.connection());
        if (auto begun = loan.connection().execute("BEGIN"); !begun) {
            return fail(std::move(begun));
        }
        return std::forward<Body>(body)(loan.connection());
    }

  private:
    /// Ends what is still open at its end of life by a rollback.
    class Transaction {
      public:
        explicit Transaction(Connection& connection) noexcept : m_connection(connection) {}
        Transaction(const Transaction&) = delete;
        Transaction& operator=(const Transaction&) = delete;
        ~Transaction();

      private:
        Connection& m_connection;
    };
    /// Gives a reader back.
    class ReaderLoan {
      public:
        ReaderLoan(Engine& engine, std::unique_ptr<Connection> connection) noexcept
            : m_engine(engine), m_connection(std::move(connection)) {}
        ReaderLoan(const ReaderLoan&) = delete;
        ReaderLoan& operator=(const ReaderLoan&) = delete;
        ~ReaderLoan() { m_engine.give_back(std::move(m_connection)); }
        [[nodiscard]] Connection& connection() const noexcept { return *m_connection; }

      private:
        Engine& m_engine;
        std::unique_ptr<Connection> m_connection;
    };

    [[nodiscard]] Result<void> begin_write(Durability durability);
    [[nodiscard]] Result<std::unique_ptr<Connection>> borrow_reader();
    void give_back(std::unique_ptr<Connection> reader) noexcept;

    const std::filesystem::path m_file;
    const std::chrono::milliseconds m_busy_timeout;
    std::mutex m_writer_mutex;
    Connection m_writer; ///< closed after all readers: the last to close folds the write-ahead log into the file
    Durability m_durability = Durability::process_death; ///< that m_writer is set to
    std::mutex m_readers_mutex;
    std::vector<std::unique_ptr<Connection>> m_idle_readers;
};

} // namespace audiomuse::store::detail
