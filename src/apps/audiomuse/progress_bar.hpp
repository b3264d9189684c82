#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace audiomuse::apps {

/// A line on the terminal that shows how far a long work is. Where standard error is no terminal it prints nothing. Thread-safe.
class ProgressBar {
  public:
    ProgressBar();

    void show(const std::string& what, std::uint64_t done, std::uint64_t total, std::optional<std::chrono::seconds> left);
    /// Removes the line, so that other text can follow.
    void clear();

  private:
    std::mutex m_mutex;
    const bool m_is_terminal;
    bool m_shown = false;
};

/// "1:02:03", "2:03".
[[nodiscard]] std::string format_duration(std::chrono::seconds duration);

} // namespace audiomuse::apps
