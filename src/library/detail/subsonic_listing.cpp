#include <library/detail/subsonic_listing.hpp>

#include <algorithm>
#include <limits>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <base/log.hpp>
#include <base/text.hpp>
#include <library/detail/json_reader.hpp>
#include <library/detail/subsonic_search.hpp>

namespace audiomuse::library::detail {

namespace {

using nlohmann::json;

constexpr std::size_t k_album_page = 500;
constexpr std::size_t k_most_albums = 10'000'000;
constexpr std::uint64_t k_most_songs = 100'000'000;
constexpr std::size_t k_most_problems = 100;
constexpr std::size_t k_songs_without_album_at_once = 1'000;
constexpr int k_most_failures_in_a_row = 5;
const AlbumId k_no_album("songs-without-album");

/// True when the server's protocol has `musicFolderId` for albums (1.12).
bool lists_by_music_library(const SubsonicSession& session) {
    int major = 0;
    int minor = 0;
    std::size_t end = session.version.find('.');
    try {
        major = std::stoi(session.version.substr(0, end));
        minor = end == std::string::npos ? 0 : std::stoi(session.version.substr(end + 1));
    } catch (const std::exception&) {
        return false;
    }
    return session.open_subsonic || major > 1 || minor >= 12;
}

std::string shown_title(const Album& album) { return album.title.empty() ? album.id.str() : album.title; }

} // namespace

SubsonicListing::SubsonicListing(SubsonicClient& client, const Settings& settings, AlbumLimit limit, const AlbumVisitor& visitor,
                                 std::stop_token stop)
    : m_client(client), m_settings(settings), m_limit(limit), m_visitor(visitor), m_stop(std::move(stop)) {}

Result<Listing> SubsonicListing::run() {
    const auto chosen = folders();
    if (!chosen) {
        return tl::unexpected(chosen.error());
    }
    m_listing.complete = true;
    for (std::size_t i = 0; i < chosen->size(); ++i) {
        const std::size_t before = m_albums.size();
        if (auto listed = list_albums((*chosen)[i]); !listed) {
            return fail(std::move(listed));
        }
        for (std::size_t k = before; k < m_albums.size() && !m_listing.libraries.empty(); ++k) {
            m_albums[k].library = m_listing.libraries[i];
        }
    }
    if (chosen->size() > 1) {
        std::ranges::stable_sort(m_albums, std::ranges::greater{}, [](const ListedAlbum& listed) { return listed.album.added; });
    }
    if (m_limit.newest != 0 && m_albums.size() > m_limit.newest) {
        m_albums.resize(m_limit.newest);
        m_cut = true;
    }
    m_from_server = m_albums.size();
    std::optional<SongHeap> heap;
    if (should_search()) {
        auto found = search(*chosen);
        if (!found) {
            return fail(std::move(found));
        }
        heap = std::move(*found);
    }
    for (std::size_t i = 0; i < m_albums.size(); ++i) {
        if (auto visited = visit(i, heap); !visited) {
            return fail(std::move(visited));
        }
    }
    if (m_short_albums > 0) {
        problem(fmt::format("{} lists fewer songs than it counts in {} of its albums; {}.", m_client.server_name_first(),
                            m_short_albums, m_first_short));
    }
    m_listing.complete = m_listing.complete && !m_cut;
    return std::move(m_listing);
}

Error SubsonicListing::cancelled() const { return {ErrorCode::cancelled, "The listing was cancelled."}; }

void SubsonicListing::problem(std::string sentence) {
    m_listing.complete = false;
    if (m_listing.problems.size() < k_most_problems) {
        m_listing.problems.push_back(std::move(sentence));
    }
}

Result<std::vector<SubsonicListing::Folder>> SubsonicListing::folders() {
    const auto session = m_client.session(m_stop);
    if (!session) {
        return tl::unexpected(session.error());
    }
    if (m_settings.music_libraries.empty()) {
        return std::vector<Folder>{std::nullopt};
    }
    const auto answer = m_client.call("getMusicFolders", {}, Effect::reads, m_stop);
    if (!answer) {
        return tl::unexpected(answer.error().error);
    }
    std::vector<Folder> chosen;
    std::vector<std::string> names;
    std::vector<std::string> wanted = m_settings.music_libraries;
    for (const json& folder : array_member(*answer, "musicFolders", "musicFolder")) {
        names.push_back(text_member(folder, "name"));
        if (std::erase(wanted, names.back()) != 0) {
            chosen.emplace_back(id_member(folder, "id"));
            m_listing.libraries.push_back(names.back());
        }
    }
    if (!wanted.empty()) {
        return fail(ErrorCode::invalid_argument,
                    fmt::format("{} has no music library named \"{}\". It has: {}.", m_client.server_name_first(),
                                to_display_text(wanted.front()),
                                names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))),
                    "music_libraries");
    }
    if (chosen.size() == names.size()) {
        m_listing.libraries.clear();
        return std::vector<Folder>{std::nullopt};
    }
    if (!lists_by_music_library(*session)) {
        return fail(
            ErrorCode::invalid_argument,
            fmt::format("{} cannot list the albums of one music library only: its protocol is {}, and that came with 1.12. "
                        "Choose all of its libraries.",
                        m_client.server_name_first(), session->version),
            "music_libraries");
    }
    return chosen;
}

Result<void> SubsonicListing::list_albums(const Folder& folder) {
    std::uint64_t offset = 0;
    std::uint64_t of_folder = 0;
    while (m_limit.newest == 0 || of_folder <= m_limit.newest) { // one more shows whether the limit leaves something out
        if (m_stop.stop_requested()) {
            return tl::unexpected(cancelled());
        }
        net::Parameters parameters{
            {"type", "newest"}, {"size", std::to_string(k_album_page)}, {"offset", std::to_string(offset)}};
        if (folder) {
            parameters.push_back({"musicFolderId", *folder});
        }
        const auto answer = m_client.call("getAlbumList2", parameters, Effect::reads, m_stop);
        if (!answer) {
            return tl::unexpected(answer.error().error);
        }
        const json& page = array_member(*answer, "albumList2", "album");
        if (page.empty()) {
            return {};
        }
        const std::size_t before = m_albums.size();
        for (const json& entry : page) {
            auto album = read_album(entry);
            if (!album) {
                problem(fmt::format("{} lists an album without a usable id.", m_client.server_name_first()));
                continue;
            }
            if (m_groups.try_emplace(album->album.id, static_cast<SongHeap::Group>(m_albums.size())).second) {
                m_albums.push_back(std::move(*album));
                ++of_folder;
            }
        }
        offset += page.size();
        if (m_albums.size() == before) {
            problem(fmt::format("{} gives the same albums again and again: the list ends here.", m_client.server_name_first()));
            return {};
        }
        if (m_albums.size() > k_most_albums) {
            return fail(ErrorCode::damaged, fmt::format("{} lists albums without an end.", m_client.server_name_first()));
        }
    }
    return {};
}

std::uint64_t SubsonicListing::counted_songs() const {
    std::uint64_t count = 0;
    for (const ListedAlbum& listed : m_albums) {
        count += std::min(listed.song_count.value_or(0), k_most_songs);
    }
    return count;
}

bool SubsonicListing::should_search() const {
    return !m_cut && m_albums.size() > counted_songs() / k_songs_a_search + 3; // else single albums are fewer requests
}

Result<std::optional<SongHeap>> SubsonicListing::search(const std::vector<Folder>& folders) {
    m_groups.clear(); // the order may have changed
    for (std::size_t i = 0; i < m_albums.size(); ++i) {
        m_groups.emplace(m_albums[i].album.id, static_cast<SongHeap::Group>(i));
    }
    auto heap = SongHeap::make(m_settings.folder);
    if (!heap) {
        return fail(std::move(heap));
    }
    const std::uint64_t counted = counted_songs();
    for (const Folder& folder : folders) {
        auto usable = find_all_songs(m_client, folder, counted, m_stop, [&](const ListedSong& song) {
            const auto group = group_of(song);
            return group ? heap->add(*group, song) : Result<void>();
        });
        if (!usable) {
            return fail(std::move(usable));
        }
        if (!*usable) {
            break; // what is missing is asked for album by album
        }
    }
    if (auto finished = heap->finish(); !finished) {
        return fail(std::move(finished));
    }
    return std::optional<SongHeap>(std::move(*heap));
}

/// Nothing for a song that is not to be listed.
std::optional<SongHeap::Group> SubsonicListing::group_of(const ListedSong& song) {
    const AlbumId id = song.track.album_id.empty() ? k_no_album : song.track.album_id;
    if (const auto found = m_groups.find(id); found != m_groups.end()) {
        return found->second;
    }
    if (!m_settings.music_libraries.empty()) {
        return std::nullopt; // nothing says that it belongs to one of these libraries
    }
    const auto group = static_cast<SongHeap::Group>(m_albums.size());
    m_groups.emplace(id, group);
    const bool has_album = !song.track.album_id.empty();
    m_albums.push_back(
        {{id, has_album ? song.track.album : "Songs without an album", has_album ? song.track.album_artist : "", {}}, {}});
    return group;
}

Result<void> SubsonicListing::visit(std::size_t index, const std::optional<SongHeap>& heap) {
    const ListedAlbum& listed = m_albums[index];
    if (m_stop.stop_requested()) {
        return tl::unexpected(cancelled());
    }
    if (heap) {
        auto songs = heap->take(static_cast<SongHeap::Group>(index));
        if (!songs) {
            return fail(std::move(songs));
        }
        if (listed.album.id == k_no_album) {
            return hand_over_songs_without_album(std::move(*songs));
        }
        const bool all_there = listed.song_count ? songs->size() == *listed.song_count : !songs->empty();
        if (all_there || index >= m_from_server) {
            return hand_over(listed.album, std::move(*songs), listed.library);
        }
    } else if (listed.song_count == 0) {
        return {};
    }
    auto songs = fetch_songs(listed);
    if (!songs) {
        return fail(std::move(songs));
    }
    return *songs ? hand_over(listed.album, std::move(**songs), listed.library) : Result<void>();
}

/// Nothing when the album could not be read, which is a problem of the listing then.
Result<std::optional<std::vector<ListedSong>>> SubsonicListing::fetch_songs(const ListedAlbum& listed) {
    const auto answer = m_client.call("getAlbum", {{"id", listed.album.id.str()}}, Effect::reads, m_stop);
    if (!answer) {
        const SubsonicFailure& failure = answer.error();
        if (ends_the_listing(failure.error)) {
            return tl::unexpected(failure.error);
        }
        if (failure.error.code == ErrorCode::not_found) {
            problem(fmt::format("The album \"{}\" went away during the listing.", shown_title(listed.album)));
            return std::nullopt;
        }
        problem(fmt::format("The album \"{}\" could not be read: {}", shown_title(listed.album), failure.error.message));
        if (++m_failures_in_a_row >= k_most_failures_in_a_row) {
            return tl::unexpected(failure.error);
        }
        return std::nullopt;
    }
    m_failures_in_a_row = 0;
    std::vector<ListedSong> songs;
    std::unordered_set<std::string> ids; // of videos, too, which the server counts as songs
    for (const json& entry : array_member(*answer, "album", "song")) {
        std::string id = id_member(entry, "id");
        if (is_usable_id(id) && ids.insert(std::move(id)).second) {
            if (auto song = read_song(entry)) {
                songs.push_back(std::move(*song));
            }
        }
    }
    if (ids.size() < listed.song_count.value_or(0) && m_short_albums++ == 0) {
        m_first_short = fmt::format("of \"{}\" it lists {} of {}", shown_title(listed.album), ids.size(), *listed.song_count);
    }
    return songs;
}

Result<void> SubsonicListing::hand_over(const Album& album, std::vector<ListedSong> songs, const std::string& library) {
    if (songs.empty()) {
        return {};
    }
    sort_songs(songs);
    std::vector<Track> tracks;
    tracks.reserve(songs.size());
    for (ListedSong& song : songs) {
        Track& track = tracks.emplace_back(std::move(song.track));
        track.album_id = album.id;
        track.library = library;
        if (track.album.empty()) {
            track.album = album.title;
        }
        if (track.album_artist.empty()) {
            track.album_artist = album.artist;
        }
    }
    if (auto visited = m_visitor(album, tracks); !visited) {
        return visited;
    }
    m_listing.albums += 1;
    m_listing.tracks += tracks.size();
    return {};
}

Result<void> SubsonicListing::hand_over_songs_without_album(std::vector<ListedSong> songs) {
    log::info("{} songs belong to no album.", songs.size());
    for (std::size_t first = 0, part = 1; first < songs.size(); first += k_songs_without_album_at_once, ++part) {
        const std::size_t last = std::min(songs.size(), first + k_songs_without_album_at_once);
        std::vector<ListedSong> some(songs.begin() + static_cast<std::ptrdiff_t>(first),
                                     songs.begin() + static_cast<std::ptrdiff_t>(last));
        Album album{k_no_album, "Songs without an album", "", {}};
        if (part > 1) {
            album.id = AlbumId(fmt::format("{}-{}", k_no_album.str(), part));
            album.title += fmt::format(" ({})", part);
        }
        if (auto handed = hand_over(album, std::move(some), {}); !handed) {
            return handed;
        }
    }
    return {};
}

} // namespace audiomuse::library::detail
