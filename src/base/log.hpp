#pragma once

#include <string_view>

#include <fmt/format.h>

/// The program's log: one line an event on standard error. Never pass a secret: what is logged stays logged.
namespace audiomuse::log {

enum class Level { debug, info, warning, error };
enum class Format { text, json };

/// Sets level and format for the whole process; without it: info, text. Call once, before threads start.
void configure(Level level, Format format);

void write(Level level, std::string_view message);

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::debug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::info, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::warning, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::error, fmt::format(format, std::forward<Args>(args)...));
}

} // namespace audiomuse::log
