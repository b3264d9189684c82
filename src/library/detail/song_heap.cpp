#include <library/detail/song_heap.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <tuple>
#include <unordered_set>

#include <fmt/format.h>
#include <unistd.h>

#include <library/detail/unnamed_file.hpp>

namespace audiomuse::library::detail {

namespace {

constexpr std::size_t k_buffer_bytes = 1U << 20U;

/// The texts of a song, in the order in which they are written. `Song` is ListedSong or its const.
template <class Song>
auto texts_of(Song& song) {
    auto& track = song.track;
    return std::array{&track.title, &track.artist, &track.album, &track.album_artist, &track.genre, &track.path, &track.library};
}

struct Numbers {
    std::uint64_t size_bytes;
    std::int64_t modified_ns;
    std::int64_t listed_ms;
    std::int32_t disc;
    std::int32_t track_number;
    std::int32_t year;
};

void append_text(std::string& bytes, const std::string& text) {
    const auto length = static_cast<std::uint32_t>(text.size());
    bytes.append(reinterpret_cast<const char*>(&length), sizeof length);
    bytes += text;
}

std::string take_text(std::string_view& bytes) {
    std::uint32_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof length);
    std::string text(bytes.substr(sizeof length, length));
    bytes.remove_prefix(sizeof length + length);
    return text;
}

std::string to_record(const ListedSong& song) {
    const Track& track = song.track;
    const Numbers numbers{
        track.stamp.size_bytes, track.stamp.modified_ns, track.listed_length.count(), song.disc, track.track_number, track.year};
    std::string bytes(reinterpret_cast<const char*>(&numbers), sizeof numbers);
    append_text(bytes, track.id.str());
    append_text(bytes, track.album_id.str());
    for (const std::string* text : texts_of(song)) {
        append_text(bytes, *text);
    }
    return bytes;
}

ListedSong from_record(std::string_view bytes) {
    Numbers numbers{};
    std::memcpy(&numbers, bytes.data(), sizeof numbers);
    bytes.remove_prefix(sizeof numbers);
    ListedSong song;
    song.disc = numbers.disc;
    song.track.stamp = {numbers.size_bytes, numbers.modified_ns};
    song.track.listed_length = std::chrono::milliseconds(numbers.listed_ms);
    song.track.track_number = numbers.track_number;
    song.track.year = numbers.year;
    song.track.id = TrackId(take_text(bytes));
    song.track.album_id = AlbumId(take_text(bytes));
    for (std::string* text : texts_of(song)) {
        *text = take_text(bytes);
    }
    return song;
}

tl::unexpected<Error> io_failure(int error) {
    return fail(ErrorCode::io,
                fmt::format("A listing cannot be kept in the data folder: {}.", std::generic_category().message(error)));
}

} // namespace

void sort_songs(std::vector<ListedSong>& songs) {
    std::ranges::stable_sort(songs, {}, [](const ListedSong& song) {
        return std::tie(song.disc, song.track.track_number, song.track.path, song.track.title);
    });
}

Result<SongHeap> SongHeap::make(const std::filesystem::path& folder) {
    auto fd = make_unnamed_file(folder);
    if (!fd) {
        return io_failure(fd.error());
    }
    return SongHeap(std::move(*fd));
}

Result<void> SongHeap::add(Group group, const ListedSong& song) {
    const std::string record = to_record(song);
    m_index.push_back({group, static_cast<std::uint32_t>(record.size()), m_written + m_buffer.size()});
    m_buffer += record;
    return m_buffer.size() < k_buffer_bytes ? Result<void>() : flush();
}

Result<void> SongHeap::flush() {
    for (std::string_view rest = m_buffer; !rest.empty();) {
        const ssize_t written = ::pwrite(m_fd.get(), rest.data(), rest.size(), static_cast<off_t>(m_written));
        if (written < 0 && errno != EINTR) {
            return io_failure(errno);
        }
        if (written > 0) {
            m_written += static_cast<std::uint64_t>(written);
            rest.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    m_buffer.clear();
    return {};
}

Result<void> SongHeap::finish() {
    std::ranges::sort(m_index, {}, [](const Entry& entry) { return std::tie(entry.group, entry.offset); });
    return flush();
}

std::pair<std::vector<SongHeap::Entry>::const_iterator, std::vector<SongHeap::Entry>::const_iterator>
SongHeap::range(Group group) const {
    const auto found = std::ranges::equal_range(m_index, group, {}, &Entry::group);
    return {found.begin(), found.end()};
}

std::uint64_t SongHeap::size_of(Group group) const {
    const auto [first, last] = range(group);
    return static_cast<std::uint64_t>(last - first);
}

Result<std::vector<ListedSong>> SongHeap::take(Group group) const {
    std::vector<ListedSong> songs;
    std::unordered_set<TrackId> seen;
    const auto [first, last] = range(group);
    for (auto entry = first; entry != last; ++entry) {
        std::string record(entry->bytes, '\0');
        const ssize_t got = ::pread(m_fd.get(), record.data(), record.size(), static_cast<off_t>(entry->offset));
        if (got != static_cast<ssize_t>(record.size())) {
            return io_failure(got < 0 ? errno : EIO);
        }
        ListedSong song = from_record(record);
        if (seen.insert(song.track.id).second) {
            songs.push_back(std::move(song));
        }
    }
    return songs;
}

} // namespace audiomuse::library::detail
