#pragma once

#include <string>
#include <string_view>

namespace audiomuse::library::detail {

/// The extension of a file name in lower case without its dot; empty when there is none.
[[nodiscard]] std::string lower_extension(std::string_view file_name);

/// Whether a file of this name is taken for music. What it really holds shows when it is analysed.
[[nodiscard]] bool is_candidate(std::string_view file_name);

/// Whether a file or folder of this name is passed over: hidden ones, and what file systems and NAS devices keep for themselves.
[[nodiscard]] bool is_skipped(std::string_view name);

/// Whether any component of a relative path is passed over.
[[nodiscard]] bool has_skipped_component(std::string_view relative_path);

} // namespace audiomuse::library::detail
