#pragma once

#include <filesystem>

#include <tl/expected.hpp>

#include <base/fd.hpp>

namespace audiomuse::library::detail {

/// An empty file in this folder that no name leads to: it is gone when its last descriptor is closed. For reading and writing,
/// close-on-exec. The error is an errno.
[[nodiscard]] tl::expected<UniqueFd, int> make_unnamed_file(const std::filesystem::path& folder);

} // namespace audiomuse::library::detail
