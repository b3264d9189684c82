#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <domain/track.hpp>
#include <library/detail/file_tags.hpp>

namespace audiomuse::library::detail {

/// The id of a local track: a hash of its path relative to the library.
[[nodiscard]] TrackId local_track_id(std::string_view relative_path);

/// What shows as the title of a file without one: its name without extension.
[[nodiscard]] std::string title_from_name(std::string_view file_name);

struct ScannedFile {
    std::string name; ///< in its folder
    FileStamp stamp;
    FileTags tags;
};

/// The texts of a library, each stored once.
class TextPool {
  public:
    using Index = std::uint32_t;

    [[nodiscard]] Index add(std::string_view text);
    [[nodiscard]] const std::string& at(Index index) const { return m_texts[index]; }

  private:
    std::deque<std::string> m_texts; ///< stable addresses
    std::unordered_map<std::string_view, Index> m_index;
};

/// Groups the files of a library into albums and holds them in little memory (about 100 bytes and its own texts a track), because
/// the newest album is known only once all files are.
///
/// A track belongs to the album of its album title and
///  1. its album artist, where it has one;
///  2. else the one album artist that tracks of the same title in its folder have;
///  3. else, when none has one, their one common artist;
///  4. else the folder (a compilation).
/// Without an album title it belongs to the album of its folder.
class Catalogue {
  public:
    /// `library_name` is the title of the album of untagged files in the root.
    explicit Catalogue(std::string library_name) : m_library_name(std::move(library_name)) {}

    /// Call once a folder; the order of the calls decides between equally new albums.
    void add_folder(const std::string& folder, std::vector<ScannedFile> files);

    [[nodiscard]] std::size_t album_count() const noexcept { return m_albums.size(); }

    /// Newest albums first (the newest file of each counts); tracks by folder, track number and name. Returning false ends the
    /// visit. Call once, after all folders.
    void visit(const std::function<bool(const Album&, std::span<const Track>)>& visitor);

  private:
    struct Record {
        FileStamp stamp;
        std::uint32_t album = 0;
        TextPool::Index folder = 0;
        std::uint32_t text_chunk = 0;    ///< where "name\0title\0" stands
        std::uint32_t text_position = 0; ///< an empty title is that of the name
        TextPool::Index artist = 0;
        TextPool::Index album_title = 0;
        TextPool::Index album_artist = 0;
        TextPool::Index genre = 0;
        std::int32_t track_number = 0;
        std::int32_t year = 0;
    };
    struct AlbumRecord {
        std::string key;
        std::string title;
        std::string artist; ///< empty: that of the tracks when they agree
        std::int64_t newest_ns = 0;
        std::uint32_t rank = 0;
    };

    [[nodiscard]] std::uint32_t find_album(std::string key, std::string_view title, std::string_view artist);
    [[nodiscard]] std::uint32_t album_of_folder(const std::string& folder, std::string_view album_title);
    void add_record(TextPool::Index folder, std::uint32_t album, const ScannedFile& file);
    void store_texts(Record& record, const ScannedFile& file);
    [[nodiscard]] const char* name_of(const Record& record) const { return &m_chunks[record.text_chunk][record.text_position]; }
    [[nodiscard]] Track to_track(const Record& record, const AlbumId& album) const;
    void sort_by_album();

    std::string m_library_name;
    TextPool m_pool;
    std::deque<std::string> m_chunks;
    std::deque<Record> m_records;
    std::vector<AlbumRecord> m_albums;
    std::unordered_map<std::string, std::uint32_t> m_album_by_key;
};

} // namespace audiomuse::library::detail
