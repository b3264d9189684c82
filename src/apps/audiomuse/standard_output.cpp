#include "standard_output.hpp"

#include <cerrno>
#include <cstddef>
#include <system_error>

#include <unistd.h>

#include <base/log.hpp>

namespace audiomuse::apps {

namespace {

constexpr std::size_t k_buffer_size = 1U << 16U;

} // namespace

void StandardOutput::write(std::string_view text) {
    m_buffer += text;
    if (m_buffer.size() >= k_buffer_size) {
        flush();
    }
}

void StandardOutput::flush() {
    std::string_view rest = m_buffer;
    while (!rest.empty() && good()) {
        const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
        if (written >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR) {
            m_error = errno;
        }
    }
    m_buffer.clear();
}

ExitCode StandardOutput::finish(ExitCode code) {
    flush();
    if (good() || code == ExitCode::interrupted) {
        return code;
    }
    if (m_error != EPIPE) {
        log::error("Standard output cannot be written: {}.", std::generic_category().message(m_error));
    }
    return ExitCode::some_failed;
}

} // namespace audiomuse::apps
