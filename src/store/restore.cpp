#include <store/restore.hpp>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <base/fd.hpp>
#include <base/id.hpp>
#include <store/database.hpp>

namespace audiomuse::store {

namespace {

namespace fs = std::filesystem;

constexpr std::array k_side_files{"-wal", "-shm", "-journal"};

fs::path with(const fs::path& file, std::string_view suffix) { return file.native() + std::string(suffix); }

Error file_error(const fs::path& file, std::string_view what, const std::error_code& error) {
    return {ErrorCode::io, fmt::format("{} cannot be {}: {}.", file.string(), what, error.message())};
}

std::error_code last_error() { return {errno, std::generic_category()}; }

/// A file and what SQLite leaves beside it; removed unless it was put in its place.
class Candidate {
  public:
    explicit Candidate(fs::path path) : m_path(std::move(path)) {}
    Candidate(const Candidate&) = delete;
    Candidate& operator=(const Candidate&) = delete;
    ~Candidate() {
        std::error_code ignored;
        fs::remove(m_path, ignored);
        for (const char* const suffix : k_side_files) {
            fs::remove(with(m_path, suffix), ignored);
        }
    }
    [[nodiscard]] const fs::path& path() const noexcept { return m_path; }

  private:
    fs::path m_path;
};

Result<void> copy_and_check(const fs::path& backup, const fs::path& candidate) {
    std::error_code error;
    if (!fs::copy_file(backup, candidate, error)) {
        return fail(error == std::errc::no_such_file_or_directory ? ErrorCode::not_found : ErrorCode::io,
                    file_error(backup, "copied", error).message);
    }
    if (fs::file_size(candidate, error) == 0) { // which SQLite takes for a database without anything in it
        return fail(ErrorCode::damaged, fmt::format("{} is empty; nothing was changed.", backup.string()));
    }
    fs::permissions(candidate, fs::perms::owner_read | fs::perms::owner_write, error);
    auto opened = Database::open(candidate);
    auto good = opened ? (*opened)->check() : Result<void>(tl::unexpected(opened.error()));
    if (!good) {
        return fail(good.error().code,
                    fmt::format("{} cannot be restored, and nothing was changed. {}", backup.string(), good.error().message));
    }
    return {};
}

/// With what SQLite wrote beside it: a log must never meet another database.
Result<void> keep_former(const fs::path& database, const fs::path& former) {
    (void)Database::open(database); // folds the log into the file; a damaged one is kept as it is
    std::error_code error;
    for (const char* const suffix : k_side_files) {
        fs::rename(with(database, suffix), with(former, suffix), error);
        if (error && error != std::errc::no_such_file_or_directory) {
            return tl::unexpected(file_error(with(database, suffix), "moved", error));
        }
    }
    fs::create_hard_link(database, former, error);
    if (error) {
        fs::copy_file(database, former, error);
    }
    return error ? Result<void>(tl::unexpected(file_error(database, "kept", error))) : Result<void>();
}

Result<void> put_in_place(const fs::path& candidate, const fs::path& database) {
    for (const auto& [path, flags] : {std::pair(candidate, O_RDONLY), {database.parent_path(), O_RDONLY | O_DIRECTORY}}) {
        const UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC));
        if (!fd || (::fsync(fd.get()) != 0 && errno != EINVAL)) {
            return tl::unexpected(file_error(path, "written", last_error()));
        }
        if (path == candidate && ::rename(candidate.c_str(), database.c_str()) != 0) {
            return tl::unexpected(file_error(database, "replaced", last_error()));
        }
    }
    return {};
}

} // namespace

Result<fs::path> restore_backup(const fs::path& backup, const fs::path& database) {
    std::error_code error;
    if (fs::equivalent(backup, database, error)) {
        return fail(ErrorCode::conflict, fmt::format("{} is the database itself; name a backup of it.", backup.string()));
    }
    const Candidate candidate(with(database, "." + make_uuid()));
    if (auto checked = copy_and_check(backup, candidate.path()); !checked) {
        return fail(std::move(checked));
    }
    fs::path former;
    if (fs::exists(database, error)) {
        former =
            database.parent_path() / fmt::format("{}.before-restore-{}", database.filename().string(), make_uuid().substr(0, 8));
        if (auto kept = keep_former(database, former); !kept) {
            return fail(std::move(kept));
        }
    }
    if (auto placed = put_in_place(candidate.path(), database); !placed) {
        return fail(std::move(placed));
    }
    return former;
}

} // namespace audiomuse::store
