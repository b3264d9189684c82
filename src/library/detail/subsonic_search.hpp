#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include <base/result.hpp>
#include <library/detail/subsonic_client.hpp>
#include <library/detail/subsonic_items.hpp>

namespace audiomuse::library::detail {

inline constexpr std::size_t k_songs_a_search = 1'000;

/// An error that would be that of every other request, too.
[[nodiscard]] bool ends_the_listing(const Error& error) noexcept;

/// Finds all songs of a music library (nothing: of all) by search3, k_songs_a_search a request; a song may come twice. `expected`
/// is about how many there are. False when the server's searches cannot be used; then some songs were visited, or none. Errors:
/// those that end the listing, and the visitor's.
[[nodiscard]] Result<bool> find_all_songs(SubsonicClient& client, const std::optional<std::string>& music_library,
                                          std::uint64_t expected, const std::stop_token& stop,
                                          const std::function<Result<void>(const ListedSong&)>& visitor);

} // namespace audiomuse::library::detail
