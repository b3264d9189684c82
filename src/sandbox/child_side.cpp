#include <sandbox/child_side.hpp>

#include <charconv>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <sandbox/detail/child_layout.hpp>

namespace audiomuse::sandbox {

namespace {

struct Layout {
    pid_t parent = 0;
    unsigned descriptors = 0;
};

Result<Layout> read_layout() {
    const char* value = std::getenv(detail::k_layout_variable);
    const std::string_view text = value == nullptr ? "" : value;
    const char* const end = text.data() + text.size();
    Layout layout;
    const auto parent = std::from_chars(text.data(), end, layout.parent);
    if (parent.ec == std::errc{} && parent.ptr != end && *parent.ptr == ':') {
        const auto count = std::from_chars(parent.ptr + 1, end, layout.descriptors);
        if (count.ec == std::errc{} && count.ptr == end && layout.descriptors <= detail::k_max_descriptors) {
            return layout;
        }
    }
    return fail(ErrorCode::invalid_argument, "This command is internal: the program runs it by itself.");
}

void close_from(int first) {
    if (::close_range(static_cast<unsigned>(first), UINT_MAX, 0) != 0) { // before Linux 5.9; posix_spawn has closed the rest
        ::close(first);
    }
}

} // namespace

Result<ChildSide> enter_child() {
    const auto layout = read_layout();
    if (!layout) {
        return tl::unexpected<Error>(layout.error());
    }
    ::unsetenv(detail::k_layout_variable);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != layout->parent) { // it died before the request above
        return fail(ErrorCode::unavailable, "The process that started this one is gone.");
    }
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);

    std::vector<UniqueFd> descriptors;
    int number = detail::k_first_descriptor;
    for (unsigned i = 0; i < layout->descriptors; ++i, ++number) {
        ::fcntl(number, F_SETFD, FD_CLOEXEC);
        descriptors.emplace_back(number);
    }
    close_from(number);
    ::fcntl(detail::k_channel_descriptor, F_SETFD, FD_CLOEXEC);
    return ChildSide{Channel(UniqueFd(detail::k_channel_descriptor), Channel::Descriptors::accepted), std::move(descriptors)};
}

} // namespace audiomuse::sandbox
