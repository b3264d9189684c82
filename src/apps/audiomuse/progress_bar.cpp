#include "progress_bar.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace audiomuse::apps {

namespace {

int terminal_width() {
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

} // namespace

std::string format_duration(std::chrono::seconds duration) {
    const auto total = duration.count();
    if (total >= 3600) {
        return fmt::format("{}:{:02}:{:02}", total / 3600, total / 60 % 60, total % 60);
    }
    return fmt::format("{}:{:02}", total / 60, total % 60);
}

ProgressBar::ProgressBar() : m_is_terminal(::isatty(STDERR_FILENO) == 1) {}

void ProgressBar::show(const std::string& what, std::uint64_t done, std::uint64_t total,
                       std::optional<std::chrono::seconds> left) {
    if (!m_is_terminal) {
        return;
    }
    std::string tail = fmt::format(" {}/{}", done, total);
    if (left) {
        tail += fmt::format("  {} left", format_duration(*left));
    }
    const int space = terminal_width() - static_cast<int>(what.size() + tail.size()) - 4;
    const int width = std::clamp(space, 0, 40);
    const int filled = total == 0 ? 0 : static_cast<int>(static_cast<std::uint64_t>(width) * std::min(done, total) / total);
    const std::string bar = width < 4 ? "" : fmt::format(" [{:=<{}}{: <{}}]", "", filled, "", width - filled);
    const std::lock_guard lock(m_mutex);
    std::fputs(fmt::format("\r\x1b[K{}{}{}", what, bar, tail).c_str(), stderr);
    std::fflush(stderr);
    m_shown = true;
}

void ProgressBar::clear() {
    const std::lock_guard lock(m_mutex);
    if (m_shown) {
        std::fputs("\r\x1b[K", stderr);
        std::fflush(stderr);
        m_shown = false;
    }
}

} // namespace audiomuse::apps
