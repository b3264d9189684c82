#pragma once

#include <filesystem>

#include <base/result.hpp>

namespace audiomuse::apps {

/// Whether `folder` can be written, or made in the nearest of its parents that exists. Makes nothing.
/// Error: io, naming the path that refuses.
[[nodiscard]] Result<void> check_writable(const std::filesystem::path& folder);

/// Makes `folder` when it is absent, and writes a file in it for a moment. Error: io, naming the path that refuses.
[[nodiscard]] Result<void> make_writable(const std::filesystem::path& folder);

} // namespace audiomuse::apps
