#include <library/detail/jellyfin_listing.hpp>

#include <algorithm>
#include <numeric>
#include <tuple>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include <base/hash.hpp>
#include <base/log.hpp>

namespace audiomuse::library::detail {

namespace {

constexpr std::uint64_t k_page_items = 500;
/// Up to here a request an album is cheaper than all songs of a library that is worth a limit.
constexpr std::uint64_t k_most_single_albums = 100;
constexpr std::uint64_t k_most_items = 10'000'000;
constexpr std::size_t k_most_unread_pages = 3;
constexpr std::size_t k_most_problems = 100;
/// A larger album is visited in parts, so that a library without albums fits into memory.
constexpr std::size_t k_most_album_tracks = 5'000;

tl::unexpected<Error> cancelled() { return fail(ErrorCode::cancelled, "The listing was cancelled."); }

const std::string& id_of(const Album& album) { return album.id.str(); }
const std::string& id_of(const JellyfinSong& song) { return song.track.id.str(); }

AlbumId derived_id(std::string_view what, std::string_view text) {
    return AlbumId(hash128_hex(fmt::format("jellyfin {}\n{}", what, text)));
}

void put_in_order(std::vector<SpilledTrack>& tracks) {
    std::ranges::stable_sort(tracks, {}, [](const SpilledTrack& song) { return std::tuple(song.disc, song.track.track_number); });
    std::unordered_set<std::string> seen; // a list that changes between two pages shows a song twice
    std::erase_if(tracks, [&](const SpilledTrack& song) { return !seen.insert(song.track.id.str()).second; });
}

} // namespace

void JellyfinListing::add_problem(std::string sentence) {
    m_listing.complete = false;
    if (m_listing.problems.size() < k_most_problems) {
        m_listing.problems.push_back(std::move(sentence));
    }
}

net::Parameters JellyfinListing::question(std::string_view type, const std::string& parent) const {
    net::Parameters parameters{{"userId", m_user}, {"includeItemTypes", std::string(type)}, {"recursive", "true"}};
    if (!parent.empty()) {
        parameters.push_back({"parentId", parent});
    }
    parameters.push_back({"enableImages", "false"});
    parameters.push_back({"enableUserData", "false"});
    parameters.push_back({"fields", "DateCreated"});
    if (type == "Audio") {
        for (const char* field : {"Genres", "MediaSources", "Path"}) {
            parameters.push_back({"fields", field});
        }
    }
    return parameters;
}

template <class T>
Result<JellyfinListing::Counts> JellyfinListing::read_pages(const net::Parameters& question, PageReader<T> parse,
                                                            std::uint64_t most, const std::function<Result<void>(T&)>& take) {
    Counts counts;
    std::string first_id;
    for (std::uint64_t start = 0; start == 0 || start < counts.total;) {
        if (m_stop.stop_requested()) {
            return cancelled();
        }
        net::Parameters parameters = question;
        parameters.push_back({"startIndex", std::to_string(start)});
        parameters.push_back({"limit", std::to_string(most == 0 ? k_page_items : std::min(most - start, k_page_items))});
        auto page = m_client.ask(net::Method::get, "Items", std::move(parameters), m_stop).and_then(parse);
        if (!page) {
            if (start == 0 || page.error().code != ErrorCode::unavailable || ++m_unread_pages >= k_most_unread_pages) {
                return fail(std::move(page));
            }
            add_problem(fmt::format("A page of the list could not be read: {}", page.error().message));
            start += k_page_items;
            continue;
        }
        counts.total = page->total;
        if (page->received == 0) {
            break;
        }
        if (!page->items.empty() && start > 0 && id_of(page->items.front()) == first_id) {
            return fail(ErrorCode::unavailable,
                        fmt::format("The Jellyfin server at {} sends the same page again and again.", m_client.address()));
        }
        first_id = page->items.empty() ? std::string() : id_of(page->items.front());
        for (T& item : page->items) {
            if (auto taken = take(item); !taken) {
                return fail(std::move(taken));
            }
        }
        counts.received += page->received;
        start += page->received;
        if (most != 0 && start >= most) {
            break;
        }
        if (start > k_most_items) {
            return fail(ErrorCode::unavailable,
                        fmt::format("The Jellyfin server at {} lists more than {} items.", m_client.address(), k_most_items));
        }
    }
    return counts;
}

Result<void> JellyfinListing::read_albums(std::uint64_t most) {
    for (const std::string& parent : m_parents) {
        net::Parameters parameters = question("MusicAlbum", parent);
        parameters.insert(parameters.end(), {{"sortBy", "DateCreated"}, {"sortBy", "SortName"}, {"sortOrder", "Descending"}});
        auto counts = read_pages<Album>(parameters, parse_albums, most, [&](Album& album) -> Result<void> {
            m_albums.push_back(std::move(album));
            return {};
        });
        if (!counts) {
            return fail(std::move(counts));
        }
        m_album_total += counts->total;
    }
    std::ranges::stable_sort(m_albums, std::ranges::greater(), &Album::added);
    return {};
}

Result<Listing> JellyfinListing::run(AlbumLimit limit) {
    if (m_stop.stop_requested()) {
        return cancelled();
    }
    const auto who = m_client.identity(m_stop);
    if (!who) {
        return tl::unexpected(who.error());
    }
    m_user = who->user.id;
    const auto libraries = m_client.chosen_libraries(m_stop);
    if (!libraries) {
        return tl::unexpected(libraries.error());
    }
    for (const JellyfinLibrary& library : *libraries) {
        m_parents.push_back(library.id);
        m_listing.libraries.push_back(library.name);
    }
    if (m_parents.empty()) {
        m_parents.emplace_back();
    }
    m_listing.complete = true;
    const bool few = limit.newest != 0 && limit.newest <= k_most_single_albums;
    auto done = read_albums(few ? k_page_items : 0);
    if (done) {
        done = few && limit.newest < m_album_total ? visit_one_by_one(limit.newest) : visit_all(limit.newest);
    }
    if (!done) {
        return fail(std::move(done));
    }
    // An empty answer is also how a library looks whose disk is not mounted.
    m_listing.complete = m_listing.complete && m_listing.tracks > 0;
    return std::move(m_listing);
}

Result<void> JellyfinListing::visit_one_by_one(std::uint64_t newest) {
    m_listing.complete = false;
    for (const Album& album : m_albums) {
        if (reached(newest)) {
            break;
        }
        std::vector<SpilledTrack> tracks;
        net::Parameters parameters = question("Audio", album.id.str());
        parameters.insert(parameters.end(), {{"sortBy", "ParentIndexNumber"}, {"sortBy", "IndexNumber"}, {"sortBy", "SortName"}});
        const auto counts =
            read_pages<JellyfinSong>(parameters, parse_songs, k_most_album_tracks, [&](JellyfinSong& song) -> Result<void> {
                song.track.album_id = album.id;
                song.track.library = m_listing.libraries.size() == 1 ? m_listing.libraries.front() : std::string();
                tracks.push_back({std::move(song.track), song.disc});
                return {};
            });
        if (!counts) {
            const ErrorCode code = counts.error().code;
            if ((code != ErrorCode::not_found && code != ErrorCode::unavailable) || ++m_unread_pages >= k_most_problems) {
                return tl::unexpected(counts.error());
            }
            add_problem(fmt::format("The album \"{}\" could not be read: {}", album.title, counts.error().message));
            continue;
        }
        if (auto visited = visit(album, std::move(tracks)); !visited) {
            return visited;
        }
    }
    return {};
}

std::uint32_t JellyfinListing::place_of(const JellyfinSong& song) {
    const Track& track = song.track;
    const bool is_loose = track.album_id.empty();
    const AlbumId id =
        is_loose ? derived_id("songs without an album", track.album.empty() ? "" : track.album + "\n" + track.album_artist)
                 : track.album_id;
    const auto [found, is_new] = m_places.try_emplace(id.str(), static_cast<std::uint32_t>(m_albums.size()));
    if (is_new) {
        m_albums.push_back({id, track.album.empty() ? "Songs without an album" : track.album,
                            track.album.empty() ? std::string() : track.album_artist, song.added});
    } else if (is_loose) {
        m_albums[found->second].added = std::max(m_albums[found->second].added, song.added);
    }
    m_loose_songs += is_loose ? 1 : 0;
    return found->second;
}

Result<std::uint64_t> JellyfinListing::read_songs(TrackSpill& spill) {
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < m_parents.size(); ++i) {
        const std::string& parent = m_parents[i];
        net::Parameters parameters = question("Audio", parent);
        // What is added meanwhile comes last and shifts no page.
        parameters.insert(parameters.end(), {{"sortBy", "DateCreated"}, {"sortBy", "SortName"}, {"sortOrder", "Ascending"}});
        const auto counts = read_pages<JellyfinSong>(parameters, parse_songs, 0, [&](JellyfinSong& song) {
            const std::uint32_t place = place_of(song);
            song.track.album_id = m_albums[place].id;
            song.track.library = m_listing.libraries.empty() ? std::string() : m_listing.libraries[i];
            return spill.add(place, {std::move(song.track), song.disc});
        });
        if (!counts) {
            return tl::unexpected(counts.error());
        }
        total += counts->total;
    }
    if (auto finished = spill.finish(); !finished) {
        return fail(std::move(finished));
    }
    return total;
}

Result<void> JellyfinListing::visit_all(std::uint64_t newest) {
    for (std::uint32_t place = 0; place < m_albums.size(); ++place) {
        m_places.try_emplace(m_albums[place].id.str(), place);
    }
    auto spill = TrackSpill::create(m_scratch_folder);
    if (!spill) {
        return fail(std::move(spill));
    }
    const auto total = read_songs(*spill);
    if (!total) {
        return tl::unexpected(total.error());
    }
    std::vector<std::uint32_t> order(m_albums.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::stable_sort(order, std::ranges::greater(), [&](std::uint32_t place) { return m_albums[place].added; });
    for (const std::uint32_t place : order) {
        const std::size_t count = spill->count(place);
        for (std::size_t first = 0; first < count; first += k_most_album_tracks) {
            if (reached(newest)) {
                m_listing.complete = false;
                return {};
            }
            auto tracks = spill->read(place, first, k_most_album_tracks);
            if (!tracks) {
                return fail(std::move(tracks));
            }
            Album album = m_albums[place];
            if (const std::size_t part = first / k_most_album_tracks; part > 0) {
                album.title += fmt::format(" ({})", part + 1);
                album.id = derived_id("part", fmt::format("{} {}", album.id.str(), part + 1));
                for (SpilledTrack& song : *tracks) {
                    song.track.album_id = album.id;
                }
            }
            if (auto visited = visit(album, std::move(*tracks)); !visited) {
                return visited;
            }
        }
    }
    if (m_loose_songs > 0) {
        log::info("{} songs on {} belong to no album; they are grouped by their tags.", m_loose_songs, m_client.address());
    }
    if (m_listing.tracks < *total) {
        add_problem(fmt::format("The server says that it has {} songs, but it listed only {}.", *total, m_listing.tracks));
    }
    return {};
}

Result<void> JellyfinListing::visit(const Album& album, std::vector<SpilledTrack> songs) {
    if (m_stop.stop_requested()) {
        return cancelled();
    }
    put_in_order(songs);
    if (songs.empty()) {
        return {};
    }
    std::vector<Track> tracks;
    tracks.reserve(songs.size());
    for (SpilledTrack& song : songs) {
        tracks.push_back(std::move(song.track));
    }
    m_listing.albums += 1;
    m_listing.tracks += tracks.size();
    return m_visitor(album, tracks);
}

} // namespace audiomuse::library::detail
