#include <base/fd.hpp>

#include <unistd.h>

namespace audiomuse {

void UniqueFd::reset(int fd) noexcept {
    if (m_fd >= 0) {
        ::close(m_fd); // nothing useful can be done about a failure: the descriptor is gone either way
    }
    m_fd = fd;
}

} // namespace audiomuse
