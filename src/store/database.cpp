#include <store/database.hpp>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <base/fd.hpp>
#include <base/id.hpp>
#include <store/detail/connection.hpp>
#include <store/detail/engine.hpp>
#include <store/detail/errors.hpp>
#include <store/detail/task_rows.hpp>

namespace audiomuse::store {

namespace {

using detail::Connection;

/// Counters that triggers keep, against what they count.
constexpr const char* k_wrong_counts = R"sql(
SELECT count(*) FROM (
    SELECT source, present, standing, count(*) AS n FROM tracks GROUP BY 1, 2, 3
    UNION ALL SELECT source, present, standing, -n FROM track_counts WHERE n > 0)
GROUP BY source, present, standing HAVING sum(n) <> 0 LIMIT 1
)sql";

/// Removes a temporary file unless it was put in place.
class TemporaryFile {
  public:
    explicit TemporaryFile(std::filesystem::path path) : m_path(std::move(path)) {}
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() {
        std::error_code ignored;
        for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
            std::filesystem::remove(m_path.string() + suffix, ignored);
        }
    }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return m_path; }

  private:
    std::filesystem::path m_path;
};

struct FinishBackup {
    void operator()(sqlite3_backup* backup) const noexcept { sqlite3_backup_finish(backup); }
};

Result<void> copy_all(Connection& from, Connection& to) {
    std::unique_ptr<sqlite3_backup, FinishBackup> backup(sqlite3_backup_init(to.handle(), "main", from.handle(), "main"));
    if (!backup) {
        return detail::sqlite_failure(to.handle(), sqlite3_extended_errcode(to.handle()));
    }
    // All pages in one step: within the reader's transaction that is one state of the database.
    const int code = sqlite3_backup_step(backup.get(), -1);
    if (code != SQLITE_DONE) {
        return detail::sqlite_failure(to.handle(), code);
    }
    return {};
}

tl::unexpected<Error> cannot_write(const std::filesystem::path& path, int error) {
    return fail(ErrorCode::io, fmt::format("Cannot write {}: {}.", path.string(), std::generic_category().message(error)));
}

Result<void> sync(const std::filesystem::path& path, int flags) {
    const UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC));
    if (!fd || (::fsync(fd.get()) != 0 && errno != EINVAL)) {
        return cannot_write(path, errno);
    }
    return {};
}

} // namespace

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file, const DatabaseSettings& settings) {
    auto engine = detail::Engine::open(file, settings.busy_timeout);
    if (!engine) {
        return fail(std::move(engine));
    }
    return std::make_unique<Database>(std::move(*engine));
}

Result<std::unique_ptr<Database>> Database::open_to_read(const std::filesystem::path& file, const DatabaseSettings& settings) {
    auto engine = detail::Engine::open_to_read(file, settings.busy_timeout);
    if (!engine) {
        return fail(std::move(engine));
    }
    return std::make_unique<Database>(std::move(*engine));
}

Database::Database(std::unique_ptr<detail::Engine> engine) : m_engine(std::move(engine)) {}

Database::~Database() = default;

Result<void> Database::check() {
    return m_engine->read([](Connection& reader) -> Result<void> {
        auto found = reader.text("PRAGMA integrity_check(1)");
        if (!found) {
            return fail(std::move(found));
        }
        if (*found != "ok") {
            return fail(ErrorCode::damaged, fmt::format("The database is damaged: {}. Put back a backup.", *found));
        }
        auto orphans = reader.text("PRAGMA foreign_key_check");
        if (!orphans) {
            return fail(std::move(orphans));
        }
        if (!orphans->empty()) {
            return fail(
                ErrorCode::damaged,
                fmt::format("The database is damaged: table {} refers to rows that are gone. Put back a backup.", *orphans));
        }
        auto wrong = reader.integer(k_wrong_counts);
        if (!wrong) {
            return fail(std::move(wrong));
        }
        if (*wrong != 0) {
            return fail(ErrorCode::damaged, "The database is damaged: the counters of tracks are wrong. Put back a backup.");
        }
        return {};
    });
}

Result<void> Database::backup_to(const std::filesystem::path& target) {
    std::error_code ignored;
    if (std::filesystem::equivalent(target, m_engine->file(), ignored)) {
        return fail(ErrorCode::invalid_argument, "A backup cannot be written over the database itself; name another file.");
    }
    const TemporaryFile temporary(target.string() + "." + make_uuid());
    {
        const UniqueFd made(::open(temporary.path().c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!made) {
            return cannot_write(target, errno);
        }
    }
    {
        auto copy = Connection::open(temporary.path(), detail::OpenMode::read_write, std::chrono::milliseconds(0));
        if (!copy) {
            return fail(std::move(copy));
        }
        auto copied = m_engine->read([&copy](Connection& reader) { return copy_all(reader, *copy); });
        if (!copied) {
            return copied;
        }
        // One file without a log: the copy is complete in itself.
        auto finished = copy->execute("PRAGMA journal_mode = DELETE; PRAGMA secure_delete = ON;");
        if (finished) {
            finished = copy->execute("UPDATE tasks SET params = " + std::string(detail::k_params_without_secrets) +
                                     " WHERE instr(params, 'jellyfin_token') > 0");
        }
        if (!finished) {
            return finished;
        }
    }
    if (auto synced = sync(temporary.path(), O_RDONLY); !synced) {
        return synced;
    }
    if (::rename(temporary.path().c_str(), target.c_str()) != 0) {
        return cannot_write(target, errno);
    }
    return sync(target.has_parent_path() ? target.parent_path() : std::filesystem::path("."), O_RDONLY | O_DIRECTORY);
}

} // namespace audiomuse::store
