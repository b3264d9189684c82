#include <base/files.hpp>

#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace audiomuse {

namespace {

tl::unexpected<Error> io_failure(std::string_view what, const std::filesystem::path& path, int error) {
    return fail(error == ENOENT ? ErrorCode::not_found : ErrorCode::io,
                fmt::format("{} {}: {}.", what, path.string(), std::generic_category().message(error)));
}

Result<void> write_all(int fd, std::string_view content, const std::filesystem::path& path) {
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return io_failure("Cannot write", path, errno);
        }
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

} // namespace

Result<UniqueFd> open_for_reading(const std::filesystem::path& path) {
    // O_NONBLOCK: a FIFO in a music folder must not stop the caller; it has no effect on regular files.
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd) {
        return io_failure("Cannot open", path, errno);
    }
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) {
        return io_failure("Cannot open", path, errno);
    }
    if (!S_ISREG(status.st_mode)) {
        return fail(ErrorCode::io, fmt::format("Cannot open {}: it is not a regular file.", path.string()));
    }
    return fd;
}

Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
    auto fd = open_for_reading(path);
    if (!fd) {
        return fail(std::move(fd));
    }
    std::string content;
    std::array<char, 1U << 16U> chunk{};
    for (;;) {
        const ssize_t got = ::read(fd->get(), chunk.data(), chunk.size());
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            return io_failure("Cannot read", path, errno);
        }
        if (got == 0) {
            return content;
        }
        content.append(chunk.data(), static_cast<std::size_t>(got));
        if (content.size() > max_bytes) {
            return fail(ErrorCode::invalid_argument, fmt::format("{} is larger than {} bytes.", path.string(), max_bytes));
        }
    }
}

Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content, FileMode mode) {
    std::string temporary = path.string() + ".XXXXXX";
    UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!fd) {
        return io_failure("Cannot write", path, errno);
    }
    auto written = write_all(fd.get(), content, path);
    if (written && (::fchmod(fd.get(), static_cast<mode_t>(mode)) != 0 || ::fsync(fd.get()) != 0)) {
        written = io_failure("Cannot write", path, errno);
    }
    if (written && ::rename(temporary.c_str(), path.c_str()) != 0) {
        written = io_failure("Cannot write", path, errno);
    }
    if (!written) {
        ::unlink(temporary.c_str());
        return written;
    }
    const UniqueFd folder(::open(path.has_parent_path() ? path.parent_path().c_str() : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder && ::fsync(folder.get()) != 0 && errno != EINVAL) {
        return io_failure("Cannot write", path, errno);
    }
    return {};
}

std::filesystem::path xdg_directory(std::string_view base, std::string_view home, std::string_view fallback) {
    if (base.starts_with('/')) {
        return std::filesystem::path(base) / "audiomuse";
    }
    return std::filesystem::path(home.starts_with('/') ? home : "/") / fallback / "audiomuse";
}

} // namespace audiomuse
