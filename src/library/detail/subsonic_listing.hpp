#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include <domain/music_source.hpp>
#include <library/detail/song_heap.hpp>
#include <library/detail/subsonic_client.hpp>
#include <library/detail/subsonic_items.hpp>

namespace audiomuse::library::detail {

/// One listing of a server.
///
/// All albums are listed first, 500 a request. The songs of a whole library come from searches, 1,000 a request, and wait in a
/// file until their album's turn; an album of which they are not as many as the server counts is asked for on its own, and so is
/// every album of a limited or a small listing. In memory lies what is known of each album, and 16 bytes of each song.
class SubsonicListing {
  public:
    struct Settings {
        std::vector<std::string> music_libraries; ///< names; empty: all
        std::filesystem::path folder;             ///< for songs that wait
    };

    /// All references must outlive this object.
    SubsonicListing(SubsonicClient& client, const Settings& settings, AlbumLimit limit, const AlbumVisitor& visitor,
                    std::stop_token stop);

    [[nodiscard]] Result<Listing> run();

  private:
    using Folder = std::optional<std::string>; ///< the id of a music library; nothing: all of them

    [[nodiscard]] Result<std::vector<Folder>> folders();
    [[nodiscard]] Result<void> list_albums(const Folder& folder);
    [[nodiscard]] std::uint64_t counted_songs() const;
    [[nodiscard]] bool should_search() const;
    [[nodiscard]] Result<std::optional<SongHeap>> search(const std::vector<Folder>& folders);
    [[nodiscard]] std::optional<SongHeap::Group> group_of(const ListedSong& song);
    [[nodiscard]] Result<void> visit(std::size_t index, const std::optional<SongHeap>& heap);
    [[nodiscard]] Result<std::optional<std::vector<ListedSong>>> fetch_songs(const ListedAlbum& album);
    [[nodiscard]] Result<void> hand_over(const Album& album, std::vector<ListedSong> songs, const std::string& library);
    [[nodiscard]] Result<void> hand_over_songs_without_album(std::vector<ListedSong> songs);
    void problem(std::string sentence);
    [[nodiscard]] Error cancelled() const;

    SubsonicClient& m_client;
    const Settings& m_settings;
    AlbumLimit m_limit;
    const AlbumVisitor& m_visitor;
    std::stop_token m_stop;

    std::vector<ListedAlbum> m_albums;
    std::unordered_map<AlbumId, SongHeap::Group> m_groups; ///< albums by id: their places in m_albums
    std::size_t m_from_server = 0;                         ///< those that the list of albums named; then come those of songs only
    bool m_cut = false;                                    ///< the limit left albums out
    int m_failures_in_a_row = 0;
    std::size_t m_short_albums = 0; ///< of which fewer songs were given than the server counts
    std::string m_first_short;
    Listing m_listing;
};

} // namespace audiomuse::library::detail
