#include <store/data_folder_lock.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/log.hpp>

namespace audiomuse::store {

namespace {

tl::unexpected<Error> cannot_use(const std::filesystem::path& path, int error) {
    return fail(ErrorCode::io,
                fmt::format("The data folder cannot be used: {}: {}.", path.string(), std::generic_category().message(error)));
}

/// The digits at the beginning of the lock file; empty while its holder has not written them yet.
std::string holder(const UniqueFd& fd) {
    std::array<char, 20> content{};
    const ssize_t got = ::pread(fd.get(), content.data(), content.size(), 0);
    const std::string_view text(content.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    return std::string(text.substr(0, text.find_first_not_of("0123456789")));
}

Result<void> make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    if (folder.has_parent_path()) {
        std::filesystem::create_directories(folder.parent_path(), error); // mkdir tells more about what is wrong
    }
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
        return cannot_use(folder, errno);
    }
    return {};
}

} // namespace

Result<DataFolderLock> DataFolderLock::acquire(const std::filesystem::path& folder) {
    if (auto made = make_folder(folder); !made) {
        return fail(std::move(made));
    }
    const auto path = folder / "audiomuse.lock";
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd) {
        return cannot_use(path, errno);
    }
    while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR) {
            continue;
        }
        if (errno != EWOULDBLOCK) {
            return cannot_use(path, errno);
        }
        const std::string pid = holder(fd);
        return fail(ErrorCode::conflict,
                    fmt::format("The data folder {} is in use by another audiomuse (process {}); stop that one first, "
                                "or choose another data folder.",
                                folder.string(), pid.empty() ? "unknown" : pid));
    }
    // Of fixed width: a full disk, where the file cannot grow, still takes the id over that of the last holder.
    const std::string pid = fmt::format("{:<19}\n", ::getpid());
    if (::pwrite(fd.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
        log::warn("The process id could not be written to {}.", path.string());
    }
    return DataFolderLock(std::move(fd));
}

} // namespace audiomuse::store
