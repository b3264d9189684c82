#pragma once

#include <string>
#include <string_view>

namespace audiomuse::playlists {

/// The normalised artist, the album artist where there is none; empty when both are unknown ("Unknown Artist" and the like count
/// so).
[[nodiscard]] std::string artist_key(std::string_view artist, std::string_view album_artist);

/// Equal for two releases of one song: normalised title without bracketed or dashed endings that name an edition (remaster,
/// remastered, explicit, clean, radio, edit, version, mix), and normalised artist. Empty when title or artist is unknown: such a
/// track is no duplicate of any other.
[[nodiscard]] std::string song_key(std::string_view title, std::string_view artist, std::string_view album_artist);

} // namespace audiomuse::playlists
