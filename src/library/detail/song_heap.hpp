#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <base/fd.hpp>
#include <base/result.hpp>
#include <domain/track.hpp>

namespace audiomuse::library::detail {

/// A track of a listing, and where it stands on its album.
struct ListedSong {
    Track track;
    int disc = 0;
};

/// Orders the songs of one album: by disc, number, path, title.
void sort_songs(std::vector<ListedSong>& songs);

/// Songs that come in any order and are wanted by group: they lie in a file without a name, 16 bytes of each in memory.
class SongHeap {
  public:
    using Group = std::uint32_t;

    /// Error io: no file can be made in the folder.
    [[nodiscard]] static Result<SongHeap> make(const std::filesystem::path& folder);

    /// Error io: the disk is full, ...
    [[nodiscard]] Result<void> add(Group group, const ListedSong& song);
    /// To be called between the last add() and the first take().
    [[nodiscard]] Result<void> finish();
    /// The songs of a group in the order of their add(), without those whose id came before in it.
    [[nodiscard]] Result<std::vector<ListedSong>> take(Group group) const;

    [[nodiscard]] std::uint64_t size() const noexcept { return m_index.size(); }
    [[nodiscard]] std::uint64_t size_of(Group group) const;

  private:
    struct Entry {
        Group group;
        std::uint32_t bytes;
        std::uint64_t offset;
    };

    explicit SongHeap(UniqueFd fd) : m_fd(std::move(fd)) {}
    [[nodiscard]] Result<void> flush();
    [[nodiscard]] std::pair<std::vector<Entry>::const_iterator, std::vector<Entry>::const_iterator> range(Group group) const;

    UniqueFd m_fd;
    std::string m_buffer;
    std::uint64_t m_written = 0;
    std::vector<Entry> m_index; ///< by group and offset once finished
};

} // namespace audiomuse::library::detail
