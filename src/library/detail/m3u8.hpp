#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <domain/playlist.hpp>

namespace audiomuse::library::detail {

/// A playlist as the text of an m3u8 file in `playlists_folder`; both folders are absolute and without links, so that `..` means
/// for a player what it means here. Paths keep their raw bytes; a song whose path holds a line break cannot be written and is
/// left out.
[[nodiscard]] std::string to_m3u8(const Playlist& playlist, const std::filesystem::path& library,
                                  const std::filesystem::path& playlists_folder);

/// A playlist's name as a file name without extension: what file systems and shares refuse becomes `_`. At most 200 bytes, never
/// empty, never hidden.
[[nodiscard]] std::string to_file_stem(std::string_view name);

/// "Name.m3u8" for 1, "Name (2).m3u8" for 2.
[[nodiscard]] std::string numbered_file_name(std::string_view stem, int number);

/// Whether numbered_file_name() gives this file name for some number.
[[nodiscard]] bool is_name_of(std::string_view file_name, std::string_view stem);

} // namespace audiomuse::library::detail
