#include <store/detail/engine.hpp>

#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>

#include <base/fd.hpp>
#include <base/log.hpp>
#include <store/detail/file_look.hpp>
#include <store/detail/migrations.hpp>

namespace audiomuse::store::detail {

namespace {

constexpr std::size_t k_idle_readers = 4;

// secure_delete: a media server's token in the params of a task is overwritten, not only unlinked, when the task ends.
constexpr const char* k_writer_pragmas = "PRAGMA foreign_keys = ON;"
                                         "PRAGMA synchronous = NORMAL;"
                                         "PRAGMA secure_delete = ON;"
                                         "PRAGMA cell_size_check = ON;"
                                         "PRAGMA temp_store = MEMORY;"
                                         "PRAGMA cache_size = -16384;"
                                         "PRAGMA journal_size_limit = 67108864;";
constexpr const char* k_reader_pragmas = "PRAGMA query_only = ON;"
                                         "PRAGMA cell_size_check = ON;"
                                         "PRAGMA temp_store = MEMORY;"
                                         "PRAGMA cache_size = -4096;";

/// Makes the file for its owner only; SQLite gives its side files the same mode.
Result<void> make_private(const std::filesystem::path& file) {
    const UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd && errno != EEXIST) {
        return fail(errno == ENOENT ? ErrorCode::not_found : ErrorCode::io,
                    fmt::format("The database {} cannot be made: {}. Check that its folder exists and can be written.",
                                file.string(), std::generic_category().message(errno)));
    }
    return {};
}

Result<void> use_write_ahead_log(Connection& writer, const std::filesystem::path& file) {
    auto mode = writer.text("PRAGMA journal_mode = WAL");
    if (!mode) {
        return fail(std::move(mode));
    }
    if (*mode != "wal") {
        return fail(
            ErrorCode::unavailable,
            fmt::format("The file system of {} cannot hold the database; put the data folder on a local disk.", file.string()));
    }
    return {};
}

} // namespace

Result<std::unique_ptr<Engine>> Engine::open(const std::filesystem::path& file, std::chrono::milliseconds busy_timeout) {
    if (auto checked = refuse_what_is_not_ours(file, busy_timeout); !checked) {
        return fail(std::move(checked));
    }
    if (auto made = make_private(file); !made) {
        return fail(std::move(made));
    }
    auto writer = Connection::open(file, OpenMode::read_write, busy_timeout);
    if (!writer) {
        return fail(std::move(writer));
    }
    if (auto set = writer->execute(k_writer_pragmas); !set) {
        return fail(std::move(set));
    }
    if (auto set = use_write_ahead_log(*writer, file); !set) {
        return fail(std::move(set));
    }
    if (auto migrated = migrate(*writer, all_migrations()); !migrated) {
        return fail(std::move(migrated));
    }
    return std::make_unique<Engine>(file, busy_timeout, std::move(*writer));
}

Result<std::unique_ptr<Engine>> Engine::open_to_read(const std::filesystem::path& file, std::chrono::milliseconds busy_timeout) {
    if (auto checked = refuse_what_is_not_ours(file, busy_timeout); !checked) {
        return fail(std::move(checked));
    }
    const auto absent = [&file] {
        return fail(ErrorCode::not_found, fmt::format("There is no database in {}; analyse a library first, or choose another "
                                                      "data folder.",
                                                      file.parent_path().string()));
    };
    if (std::error_code error; !std::filesystem::exists(file, error)) {
        return absent();
    }
    auto reader = Connection::open(file, OpenMode::read_only, busy_timeout);
    if (!reader) {
        return fail(std::move(reader));
    }
    auto version = reader->integer("PRAGMA user_version");
    if (!version) {
        return fail(std::move(version));
    }
    if (*version == 0) {
        return absent();
    }
    if (*version < newest_version()) {
        return fail(ErrorCode::conflict, fmt::format("{} was made by an older version of audiomuse; start the server once, which "
                                                     "brings it up to date.",
                                                     file.string()));
    }
    return std::make_unique<Engine>(file, busy_timeout, std::move(*reader));
}

Engine::Engine(std::filesystem::path file, std::chrono::milliseconds busy_timeout, Connection writer)
    : m_file(std::move(file)), m_busy_timeout(busy_timeout), m_writer(std::move(writer)) {
    m_idle_readers.reserve(k_idle_readers);
}

Engine::Transaction::~Transaction() {
    if (m_connection.in_transaction()) {
        if (auto undone = m_connection.execute("ROLLBACK"); !undone) {
            log::error("A database transaction could not be undone: {}", undone.error().message);
        }
    }
}

Result<void> Engine::begin_write(Durability durability) {
    if (durability != m_durability) {
        const char* level = durability == Durability::power_loss ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL";
        if (auto set = m_writer.execute(level); !set) {
            return set;
        }
        m_durability = durability;
    }
    return m_writer.execute("BEGIN IMMEDIATE");
}

void Engine::fold_log() {
    const std::lock_guard lock(m_writer_mutex);
    if (auto folded = m_writer.integer("PRAGMA wal_checkpoint(TRUNCATE)"); !folded || *folded != 0) {
        log::warn("The database's log could not be emptied now; that is done when the next thousand pages are written.");
    }
}

Result<std::unique_ptr<Connection>> Engine::borrow_reader() {
    {
        const std::lock_guard lock(m_readers_mutex);
        if (!m_idle_readers.empty()) {
            auto reader = std::move(m_idle_readers.back());
            m_idle_readers.pop_back();
            return reader;
        }
    }
    auto reader = Connection::open(m_file, OpenMode::read_only, m_busy_timeout);
    if (!reader) {
        return fail(std::move(reader));
    }
    if (auto set = reader->execute(k_reader_pragmas); !set) {
        return fail(std::move(set));
    }
    return std::make_unique<Connection>(std::move(*reader));
}

void Engine::give_back(std::unique_ptr<Connection> reader) noexcept {
    const std::lock_guard lock(m_readers_mutex);
    if (m_idle_readers.size() < k_idle_readers) {
        m_idle_readers.push_back(std::move(reader)); // reserved: cannot throw
    }
}

} // namespace audiomuse::store::detail
