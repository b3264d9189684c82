#pragma once

namespace audiomuse::apps {

/// What a script learns from the program's end.
enum class ExitCode {
    success = 0,
    some_failed = 1, ///< the work was done, but not for every track; or it failed
    usage = 2,       ///< wrong arguments or settings
    interrupted = 130
};

[[nodiscard]] constexpr int to_int(ExitCode code) noexcept { return static_cast<int>(code); }

} // namespace audiomuse::apps
