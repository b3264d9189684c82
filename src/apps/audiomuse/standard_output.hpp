#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "exit_code.hpp"

namespace audiomuse::apps {

/// Standard output, buffered and checked: after the first write that fails, everything is dropped. Used by one thread at a time.
class StandardOutput {
  public:
    template <class... Args>
    void print(fmt::format_string<Args...> format, Args&&... args) {
        write(fmt::format(format, std::forward<Args>(args)...));
    }
    void write(std::string_view text);
    void flush();

    /// False once a write has failed: whoever works for the output alone may stop.
    [[nodiscard]] bool good() const noexcept { return m_error == 0; }

    /// Writes what is left, and turns the exit code of a command whose output was lost into some_failed. The reason is logged,
    /// except for a reader that went away (`| head`): that is no failure to tell of.
    [[nodiscard]] ExitCode finish(ExitCode code);

  private:
    std::string m_buffer;
    int m_error = 0; ///< errno of the write that failed
};

} // namespace audiomuse::apps
