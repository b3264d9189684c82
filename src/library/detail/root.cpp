#include <library/detail/root.hpp>

#include <cerrno>
#include <cstdlib>
#include <memory>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace audiomuse::library::detail {

namespace {

/// What every call adds; the kernel takes O_PATH with few other flags only.
int with_common_flags(int flags) { return flags | ((flags & O_PATH) != 0 ? O_CLOEXEC : O_CLOEXEC | O_NONBLOCK | O_NOCTTY); }

tl::expected<std::string, int> real_path_of(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
    if (real == nullptr) {
        return tl::unexpected(errno);
    }
    return std::string(real.get());
}

} // namespace

tl::expected<Root, int> Root::open(const std::filesystem::path& folder) {
    auto real = real_path_of(folder.native());
    if (!real) {
        return tl::unexpected(real.error());
    }
    UniqueFd fd(::open(real->c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) {
        return tl::unexpected(errno);
    }
    if (*real == "/") {
        real->clear();
    }
    return Root(std::move(fd), std::move(*real));
}

tl::expected<std::string, int> Root::resolve(const std::string& relative_path) const {
    auto real = real_path_of(m_real_path + "/" + relative_path);
    if (!real) {
        return real;
    }
    if (*real == m_real_path || (m_real_path.empty() && *real == "/")) {
        return std::string{};
    }
    if (!real->starts_with(m_real_path + "/")) {
        return tl::unexpected(EXDEV);
    }
    return real->substr(m_real_path.size() + 1);
}

tl::expected<UniqueFd, int> Root::open_inside(const std::string& relative_path, int flags) const {
    if (relative_path.find('\0') != std::string::npos) {
        return tl::unexpected(ENOENT);
    }
    open_how how{};
    how.flags = static_cast<std::uint64_t>(with_common_flags(flags));
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    const char* path = relative_path.empty() ? "." : relative_path.c_str();
    UniqueFd fd(static_cast<int>(::syscall(SYS_openat2, m_fd.get(), path, &how, sizeof how)));
    if (fd) {
        return fd;
    }
    // EXDEV: also an absolute link that leads back inside. ENOSYS, EPERM: an old kernel, or a sandbox that does not know the
    // call. EAGAIN: something was renamed meanwhile.
    if (errno != EXDEV && errno != ENOSYS && errno != EPERM && errno != EAGAIN) {
        return tl::unexpected(errno);
    }
    const auto real = resolve(relative_path);
    if (!real) {
        return tl::unexpected(real.error());
    }
    return open_without_links(*real, flags);
}

tl::expected<UniqueFd, int> Root::open_without_links(const std::string& relative_path, int flags) const {
    UniqueFd folder(::openat(m_fd.get(), ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    std::string_view rest = relative_path;
    while (folder) {
        const std::size_t slash = rest.find('/');
        const std::string name(rest.substr(0, slash));
        if (slash == std::string_view::npos) {
            UniqueFd fd(::openat(folder.get(), name.empty() ? "." : name.c_str(), with_common_flags(flags) | O_NOFOLLOW));
            if (!fd) {
                break;
            }
            return fd;
        }
        folder.reset(::openat(folder.get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        rest.remove_prefix(slash + 1);
    }
    return tl::unexpected(errno);
}

} // namespace audiomuse::library::detail
