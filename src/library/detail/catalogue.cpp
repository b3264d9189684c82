#include <library/detail/catalogue.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

#include <base/hash.hpp>
#include <base/text.hpp>

namespace audiomuse::library::detail {

namespace {

constexpr std::size_t k_chunk_bytes = 1U << 20U;
constexpr char k_separator = '\0';

/// Texts that differ in the case of ASCII letters only name the same album or artist.
std::string fold(std::string_view text) {
    std::string folded(text);
    std::ranges::transform(folded, folded.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return folded;
}

std::string join(std::string_view a, std::string_view b, std::string_view c) {
    std::string key(a);
    key += k_separator;
    key += b;
    key += k_separator;
    key += c;
    return key;
}

UtcTime to_time(std::int64_t ns) { return UtcTime(std::chrono::floor<std::chrono::microseconds>(std::chrono::nanoseconds(ns))); }

/// What the tracks of one folder with one album title have in common.
struct SharedNames {
    std::set<std::string> album_artists; ///< folded, as all here
    std::set<std::string> artists;       ///< of tracks without an album artist; "" among them
    std::string album_artist;            ///< as first written
    std::string artist;
};

} // namespace

TrackId local_track_id(std::string_view relative_path) { return TrackId(hash128_hex(relative_path)); }

std::string title_from_name(std::string_view file_name) {
    const std::size_t dot = file_name.rfind('.');
    std::string title = to_display_text(dot == std::string_view::npos || dot == 0 ? file_name : file_name.substr(0, dot));
    return title.empty() ? to_display_text(file_name) : title;
}

TextPool::Index TextPool::add(std::string_view text) {
    if (const auto found = m_index.find(text); found != m_index.end()) {
        return found->second;
    }
    m_texts.emplace_back(text);
    const auto index = static_cast<Index>(m_texts.size() - 1);
    m_index.emplace(m_texts.back(), index);
    return index;
}

void Catalogue::add_folder(const std::string& folder, std::vector<ScannedFile> files) {
    std::map<std::string, SharedNames> by_title;
    for (const ScannedFile& file : files) {
        if (file.tags.album.empty()) {
            continue;
        }
        SharedNames& shared = by_title[fold(file.tags.album)];
        if (!file.tags.album_artist.empty()) {
            if (shared.album_artists.insert(fold(file.tags.album_artist)).second && shared.album_artists.size() == 1) {
                shared.album_artist = file.tags.album_artist;
            }
        } else if (shared.artists.insert(fold(file.tags.artist)).second) {
            shared.artist = file.tags.artist;
        }
    }
    const TextPool::Index folder_index = m_pool.add(folder);
    for (const ScannedFile& file : files) {
        const std::string& title = file.tags.album;
        if (title.empty()) {
            add_record(folder_index, album_of_folder(folder, {}), file);
            continue;
        }
        const SharedNames& shared = by_title.find(fold(title))->second;
        std::string_view artist = file.tags.album_artist;
        if (artist.empty() && shared.album_artists.size() == 1) {
            artist = shared.album_artist;
        } else if (artist.empty() && shared.album_artists.empty() && shared.artists.size() == 1) {
            artist = shared.artist;
        }
        const std::uint32_t album =
            artist.empty() ? album_of_folder(folder, title) : find_album(join("tags", fold(artist), fold(title)), title, artist);
        add_record(folder_index, album, file);
    }
}

std::uint32_t Catalogue::album_of_folder(const std::string& folder, std::string_view album_title) {
    const std::size_t slash = folder.rfind('/');
    const std::string name =
        folder.empty() ? m_library_name : to_display_text(slash == std::string::npos ? folder : folder.substr(slash + 1));
    return find_album(join("folder", folder, fold(album_title)), album_title.empty() ? name : album_title, {});
}

std::uint32_t Catalogue::find_album(std::string key, std::string_view title, std::string_view artist) {
    const auto [found, is_new] = m_album_by_key.try_emplace(hash128_hex(key), static_cast<std::uint32_t>(m_albums.size()));
    if (is_new) {
        m_albums.push_back({found->first, std::string(title), std::string(artist), std::numeric_limits<std::int64_t>::min(), 0});
    }
    return found->second;
}

void Catalogue::add_record(TextPool::Index folder, std::uint32_t album, const ScannedFile& file) {
    Record record;
    record.stamp = file.stamp;
    record.album = album;
    record.folder = folder;
    record.artist = m_pool.add(file.tags.artist);
    record.album_title = m_pool.add(file.tags.album);
    record.album_artist = m_pool.add(file.tags.album_artist);
    record.genre = m_pool.add(file.tags.genre);
    record.track_number = file.tags.track_number;
    record.year = file.tags.year;
    store_texts(record, file);
    m_records.push_back(record);
    m_albums[album].newest_ns = std::max(m_albums[album].newest_ns, file.stamp.modified_ns);
}

void Catalogue::store_texts(Record& record, const ScannedFile& file) {
    const bool own_title = !file.tags.title.empty() && file.tags.title != title_from_name(file.name);
    const std::string_view title = own_title ? std::string_view(file.tags.title) : std::string_view{};
    const std::size_t bytes = file.name.size() + title.size() + 2;
    if (m_chunks.empty() || m_chunks.back().size() + bytes > k_chunk_bytes) {
        m_chunks.emplace_back().reserve(std::max(k_chunk_bytes, bytes));
    }
    std::string& chunk = m_chunks.back();
    record.text_chunk = static_cast<std::uint32_t>(m_chunks.size() - 1);
    record.text_position = static_cast<std::uint32_t>(chunk.size());
    chunk.append(file.name).push_back('\0');
    chunk.append(title).push_back('\0');
}

Track Catalogue::to_track(const Record& record, const AlbumId& album) const {
    const std::string_view name = name_of(record);
    const std::string_view title = name.data() + name.size() + 1;
    const std::string& folder = m_pool.at(record.folder);
    Track track;
    track.path = folder.empty() ? std::string(name) : folder + "/" + std::string(name);
    track.id = local_track_id(track.path);
    track.album_id = album;
    track.title = title.empty() ? title_from_name(name) : std::string(title);
    track.artist = m_pool.at(record.artist);
    track.album = m_pool.at(record.album_title);
    track.album_artist = m_pool.at(record.album_artist);
    track.genre = m_pool.at(record.genre);
    track.track_number = record.track_number;
    track.year = record.year;
    track.stamp = record.stamp;
    return track;
}

void Catalogue::sort_by_album() {
    std::vector<std::uint32_t> order(m_albums.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::stable_sort(order, std::greater{}, [&](std::uint32_t i) { return m_albums[i].newest_ns; });
    for (std::uint32_t rank = 0; rank < order.size(); ++rank) {
        m_albums[order[rank]].rank = rank;
    }
    // Folders were added in the order of the walk, so their indices, too, depend on names only.
    std::ranges::sort(m_records, [&](const Record& a, const Record& b) {
        const auto key = [&](const Record& r) { return std::tuple(m_albums[r.album].rank, r.folder, r.track_number); };
        const auto left = key(a);
        const auto right = key(b);
        return left != right ? left < right : std::strcmp(name_of(a), name_of(b)) < 0;
    });
}

void Catalogue::visit(const std::function<bool(const Album&, std::span<const Track>)>& visitor) {
    sort_by_album();
    std::vector<Track> tracks;
    for (auto first = m_records.begin(); first != m_records.end();) {
        const AlbumRecord& record = m_albums[first->album];
        Album album{AlbumId(record.key), record.title, record.artist, to_time(record.newest_ns)};
        tracks.clear();
        bool one_artist = true;
        auto last = first;
        for (; last != m_records.end() && last->album == first->album; ++last) {
            tracks.push_back(to_track(*last, album.id));
            one_artist = one_artist && last->artist == first->artist;
        }
        if (album.artist.empty() && one_artist) {
            album.artist = m_pool.at(first->artist);
        }
        if (!visitor(album, tracks)) {
            return;
        }
        first = last;
    }
}

} // namespace audiomuse::library::detail
