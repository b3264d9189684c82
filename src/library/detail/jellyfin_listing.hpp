#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include <domain/music_source.hpp>
#include <library/detail/jellyfin_client.hpp>
#include <library/detail/track_spill.hpp>

namespace audiomuse::library::detail {

/// One listing of a Jellyfin server. Albums are held in memory, tracks are not.
///
/// All songs are read in pages and put into their albums here: AlbumIds= finds tracks by the album's name, and ParentId= costs a
/// request an album. That is used for a few albums only.
class JellyfinListing {
  public:
    JellyfinListing(JellyfinClient& client, std::filesystem::path scratch_folder, const AlbumVisitor& visitor,
                    std::stop_token stop)
        : m_client(client), m_scratch_folder(std::move(scratch_folder)), m_visitor(visitor), m_stop(std::move(stop)) {}

    /// Once.
    [[nodiscard]] Result<Listing> run(AlbumLimit limit);

  private:
    struct Counts {
        std::uint64_t received = 0;
        std::uint64_t total = 0; ///< as the server says
    };
    template <class T>
    using PageReader = Result<JellyfinPage<T>> (*)(std::string_view);

    /// All items of one kind, page after page. A page that cannot be read is passed over and becomes a problem; the third one
    /// ends the listing.
    template <class T>
    [[nodiscard]] Result<Counts> read_pages(const net::Parameters& question, PageReader<T> parse, std::uint64_t most,
                                            const std::function<Result<void>(T&)>& take);
    [[nodiscard]] net::Parameters question(std::string_view type, const std::string& parent) const;

    /// At most so many of each library, newest first; 0: all.
    [[nodiscard]] Result<void> read_albums(std::uint64_t most);
    [[nodiscard]] Result<void> visit_one_by_one(std::uint64_t newest);
    [[nodiscard]] Result<void> visit_all(std::uint64_t newest);
    [[nodiscard]] Result<std::uint64_t> read_songs(TrackSpill& spill);
    /// The position of the album of a song, which is made when the list of albums had none.
    [[nodiscard]] std::uint32_t place_of(const JellyfinSong& song);
    [[nodiscard]] Result<void> visit(const Album& album, std::vector<SpilledTrack> tracks);
    [[nodiscard]] bool reached(std::uint64_t newest) const { return newest != 0 && m_listing.albums >= newest; }
    void add_problem(std::string sentence);

    JellyfinClient& m_client;
    std::filesystem::path m_scratch_folder;
    const AlbumVisitor& m_visitor;
    std::stop_token m_stop;

    std::string m_user;
    std::vector<std::string> m_parents; ///< ids of libraries; one empty id: all
    std::deque<Album> m_albums;
    std::unordered_map<std::string, std::uint32_t> m_places; ///< of albums by id
    std::uint64_t m_album_total = 0;
    std::uint64_t m_loose_songs = 0;
    std::size_t m_unread_pages = 0;
    Listing m_listing;
};

} // namespace audiomuse::library::detail
