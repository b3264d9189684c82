#include <library/detail/unnamed_file.hpp>

#include <cerrno>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace audiomuse::library::detail {

tl::expected<UniqueFd, int> make_unnamed_file(const std::filesystem::path& folder) {
    UniqueFd fd(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!fd && (errno == EOPNOTSUPP || errno == EISDIR)) { // a file system that gives every file a name
        std::string name = (folder / "fetched-XXXXXX").string();
        fd.reset(::mkostemp(name.data(), O_CLOEXEC));
        if (fd) {
            ::unlink(name.c_str());
        }
    }
    if (!fd) {
        return tl::unexpected(errno);
    }
    return fd;
}

} // namespace audiomuse::library::detail
