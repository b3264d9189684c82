#include <store/detail/file_look.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <base/fd.hpp>
#include <base/files.hpp>
#include <store/detail/connection.hpp>
#include <store/detail/migrations.hpp>

namespace audiomuse::store::detail {

namespace {

/// The database header of https://www.sqlite.org/fileformat2.html, section 1.3.
constexpr std::size_t k_header_size = 100;
constexpr std::string_view k_magic{"SQLite format 3\0", 16};
constexpr std::size_t k_user_version_at = 60;
constexpr std::size_t k_application_id_at = 68;

struct Marks {
    std::int64_t application_id = 0;
    std::int64_t version = 0;
};

std::int32_t big_endian(const std::array<unsigned char, k_header_size>& header, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value = (value << 8U) | header[at + i];
    }
    return static_cast<std::int32_t>(value);
}

Result<Marks> marks_in_header(const UniqueFd& fd, const std::filesystem::path& file) {
    std::array<unsigned char, k_header_size> header{};
    std::size_t size = 0;
    while (size < header.size()) {
        const ssize_t got = ::pread(fd.get(), header.data() + size, header.size() - size, static_cast<off_t>(size));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return fail(ErrorCode::io, fmt::format("Cannot read {}: {}.", file.string(), std::generic_category().message(errno)));
        }
        if (got == 0) {
            break;
        }
        size += static_cast<std::size_t>(got);
    }
    if (size == 0) {
        return Marks{};
    }
    const std::string_view magic(reinterpret_cast<const char*>(header.data()), k_magic.size());
    if (size < header.size() || magic != k_magic) {
        return fail(
            ErrorCode::damaged,
            fmt::format(
                "{} is not a database, or its beginning is damaged; put back a backup, or move the file away to start anew.",
                file.string()));
    }
    return Marks{big_endian(header, k_application_id_at), big_endian(header, k_user_version_at)};
}

/// The marks may be newer in the write-ahead log than in the file; SQLite reads both and writes neither.
Result<Marks> marks_through_sqlite(const std::filesystem::path& file, std::chrono::milliseconds busy_timeout) {
    auto connection = Connection::open(file, OpenMode::read_only, busy_timeout);
    if (!connection) {
        return fail(std::move(connection));
    }
    auto id = connection->integer("PRAGMA application_id");
    auto version = connection->integer("PRAGMA user_version");
    if (!id || !version) {
        return fail(!id ? std::move(id) : std::move(version));
    }
    return Marks{*id, *version};
}

Result<void> judge(const Marks& marks, const std::filesystem::path& file) {
    const bool ours = marks.application_id == k_application_id;
    if (!ours && (marks.application_id != 0 || marks.version != 0)) {
        return fail(ErrorCode::invalid_argument,
                    fmt::format("{} is the database of another program; choose another data folder.", file.string()));
    }
    if (marks.version > newest_version()) {
        return fail(
            ErrorCode::unsupported_version,
            fmt::format("{} was written by a newer version of audiomuse (its schema is {}, this program knows {}); install that "
                        "version or a newer one. Nothing was changed.",
                        file.string(), marks.version, newest_version()));
    }
    return {};
}

} // namespace

Result<void> refuse_what_is_not_ours(const std::filesystem::path& file, std::chrono::milliseconds busy_timeout) {
    auto fd = open_for_reading(file);
    if (!fd) {
        if (fd.error().code == ErrorCode::not_found) {
            return {};
        }
        return fail(std::move(fd));
    }
    auto marks = marks_in_header(*fd, file);
    if (!marks) {
        return fail(std::move(marks));
    }
    if (auto judged = judge(*marks, file); !judged) {
        return judged;
    }
    auto log = file;
    log += "-wal";
    std::error_code error;
    if (const auto size = std::filesystem::file_size(log, error); !error && size > 0) {
        marks = marks_through_sqlite(file, busy_timeout);
        if (!marks) {
            return fail(std::move(marks));
        }
        return judge(*marks, file);
    }
    return {};
}

} // namespace audiomuse::store::detail
