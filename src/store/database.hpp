#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include <base/result.hpp>

namespace audiomuse::store {

namespace detail {
class Engine;
}

struct DatabaseSettings {
    /// How long a call waits for another program that holds the database before it gives up with `unavailable`.
    std::chrono::milliseconds busy_timeout{5000};
};

/// The SQLite database of one data folder: a file with its write-ahead log beside it. Safe to use from several threads.
///
/// What a call of a store has committed survives the death of the process at any moment. A power cut may take the newest results
/// of tracks and lines of logs, which then are made again; it never takes playlists, what was published, or that a task was
/// queued or has ended, and it damages nothing.
class Database {
  public:
    /// Opens the file, which is made when it is absent, and brings its schema to this program's version.
    ///
    /// Errors: unsupported_version for a database of a newer program (the file is not touched), damaged, invalid_argument for the
    /// database of another program, not_found when the folder is absent, unavailable (locked; no local disk), io.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file,
                                                                const DatabaseSettings& settings = {});

    /// Opens a file to be read, beside a program that writes it. Makes no folder and no database; SQLite may make its side files.
    /// Every call that would write is an error.
    ///
    /// Errors: not_found when there is no database, conflict for one that an older program made and a newer one has to bring up
    /// to date first, and those of open().
    [[nodiscard]] static Result<std::unique_ptr<Database>> open_to_read(const std::filesystem::path& file,
                                                                        const DatabaseSettings& settings = {});

    explicit Database(std::unique_ptr<detail::Engine> engine);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    /// No store of this database may be used any more.
    ~Database();

    /// Reads the whole database and checks its structure, its references and its counters; takes seconds per gigabyte and holds
    /// up nobody. Error damaged with what was found.
    [[nodiscard]] Result<void> check();

    /// Writes a complete copy of the present state, without tokens that start calls brought, and puts it in the place of `target`
    /// in one step. Holds up nobody. Errors: invalid_argument when `target` is this database, io.
    [[nodiscard]] Result<void> backup_to(const std::filesystem::path& target);

    /// For the stores of this module.
    [[nodiscard]] detail::Engine& engine() noexcept { return *m_engine; }

  private:
    std::unique_ptr<detail::Engine> m_engine;
};

} // namespace audiomuse::store
