#include <library/jellyfin_playlist_sink.hpp>

#include <algorithm>
#include <span>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <base/hash.hpp>
#include <base/log.hpp>
#include <base/text.hpp>

namespace audiomuse::library {

namespace {

constexpr std::size_t k_batch = 200;       // ids that create a playlist
constexpr std::size_t k_query_batch = 150; // ids in a query: the request line of the server ends at 8 KiB
constexpr std::size_t k_page_items = 500;
constexpr std::size_t k_most_places = 1'000'000;
constexpr std::size_t k_most_moves = 100;

std::vector<std::string> song_ids(const Playlist& playlist) {
    std::vector<std::string> ids;
    std::unordered_set<std::string> seen;
    for (const PlaylistSong& song : playlist.songs) {
        auto id = detail::normal_item_id(song.id.str());
        if (id && seen.insert(*id).second) {
            ids.push_back(std::move(*id));
        }
    }
    return ids;
}

/// A list as the server's description has it: the name again for each value.
net::Parameters repeated(const std::string& name, std::span<const std::string> values) {
    net::Parameters parameters;
    for (const std::string& value : values) {
        parameters.push_back({name, value});
    }
    return parameters;
}

/// The beginning of a list that is not sent yet.
std::span<const std::string> batch(const std::vector<std::string>& ids, std::size_t first, std::size_t size) {
    return std::span(ids).subspan(first, std::min(size, ids.size() - first));
}

/// Which song has to go where, one after another, until the songs are in the wanted order.
std::vector<std::pair<std::string, std::size_t>> moves(std::vector<std::string> songs, const std::vector<std::string>& wanted) {
    std::vector<std::pair<std::string, std::size_t>> result;
    for (std::size_t i = 0; i < wanted.size() && result.size() <= k_most_moves; ++i) {
        const auto place = songs.begin() + static_cast<std::ptrdiff_t>(std::min(i, songs.size()));
        const auto found = std::find(place, songs.end(), wanted[i]);
        if (found != place && found != songs.end()) {
            result.emplace_back(wanted[i], i);
            std::rotate(place, found, found + 1);
        }
    }
    return result;
}

/// What stays of `songs`, and then what is new: how a playlist looks after additions and removals.
std::vector<std::string> merged(const std::vector<std::string>& songs, const std::vector<std::string>& wanted) {
    const std::unordered_set<std::string> keep(wanted.begin(), wanted.end());
    std::vector<std::string> result;
    std::ranges::copy_if(songs, std::back_inserter(result), [&](const std::string& song) { return keep.contains(song); });
    const std::unordered_set<std::string> have(result.begin(), result.end());
    std::ranges::copy_if(wanted, std::back_inserter(result), [&](const std::string& song) { return !have.contains(song); });
    return result;
}

template <class Places>
std::vector<std::string> songs_of(const Places& places) {
    std::vector<std::string> songs;
    for (const auto& place : places) {
        songs.push_back(place.song);
    }
    return songs;
}

} // namespace

Result<std::vector<JellyfinPlaylistSink::Place>> JellyfinPlaylistSink::read_places(const std::string& id) {
    const auto who = m_client.identity({});
    if (!who) {
        return tl::unexpected(who.error());
    }
    std::vector<Place> places;
    for (std::uint64_t start = 0;;) {
        auto page = m_client
                        .ask(net::Method::get, fmt::format("Playlists/{}/Items", id),
                             {{"userId", who->user.id},
                              {"startIndex", std::to_string(start)},
                              {"limit", std::to_string(k_page_items)},
                              {"enableImages", "false"},
                              {"enableUserData", "false"}},
                             {})
                        .and_then(detail::parse_entries);
        if (!page) {
            return fail(std::move(page));
        }
        for (detail::JellyfinEntry& entry : page->items) {
            places.push_back({std::move(entry.id), std::move(entry.entry_id)});
        }
        start += page->received;
        if (page->received == 0 || start >= page->total) {
            return places;
        }
        if (start > k_most_places) {
            return fail(ErrorCode::unavailable, "The Jellyfin server lists a playlist that has no end.");
        }
    }
}

Result<JellyfinPlaylistSink::Shown> JellyfinPlaylistSink::look(const std::string& external_id, const std::string& content_hash) {
    Shown shown;
    const auto id = detail::normal_item_id(external_id);
    const auto who = m_client.identity({});
    if (!who) {
        return tl::unexpected(who.error());
    }
    if (!id) {
        shown.ownership = Ownership::foreign;
        return shown;
    }
    shown.id = *id;
    auto places = read_places(*id);
    if (!places) {
        return places.error().code == ErrorCode::not_found ? Result<Shown>(std::move(shown))
                                                           : Result<Shown>(tl::unexpected(places.error()));
    }
    shown.places = std::move(*places);
    // Last, because what is no playlist must never be deleted: its files would go from the disk.
    const auto items =
        m_client.ask(net::Method::get, "Items", {{"userId", who->user.id}, {"ids", *id}}, {}).and_then(detail::parse_entries);
    if (!items) {
        return tl::unexpected(items.error());
    }
    const auto item = std::ranges::find(items->items, *id, &detail::JellyfinEntry::id);
    if (item == items->items.end()) {
        return shown;
    }
    shown.name = item->name;
    shown.hash = hash128_hex(fmt::format("{}\n{}", shown.name, fmt::join(songs_of(shown.places), "\n")));
    shown.ownership = item->type == "Playlist" && shown.hash == content_hash ? Ownership::ours : Ownership::foreign;
    return shown;
}

Result<std::string> JellyfinPlaylistSink::create(const std::string& name, const std::vector<std::string>& songs) {
    const auto who = m_client.identity({});
    if (!who) {
        return tl::unexpected(who.error());
    }
    const auto first = batch(songs, 0, k_batch);
    const nlohmann::json body{{"Name", to_display_text(name)},
                              {"Ids", std::vector<std::string>(first.begin(), first.end())},
                              {"UserId", who->user.id},
                              {"MediaType", "Audio"},
                              {"IsPublic", m_client.settings().public_playlists}};
    auto id = m_client.post_json("Playlists", body.dump(), {}).and_then(detail::parse_created);
    if (!id) {
        return id;
    }
    if (auto added = add(*id, songs, first.size()); !added) {
        discard(*id);
        return fail(std::move(added));
    }
    return id;
}

Result<void> JellyfinPlaylistSink::add(const std::string& id, const std::vector<std::string>& songs, std::size_t first) {
    const auto who = m_client.identity({});
    if (!who) {
        return tl::unexpected(who.error());
    }
    while (first < songs.size()) {
        const auto next = batch(songs, first, k_query_batch);
        net::Parameters parameters = repeated("ids", next);
        parameters.push_back({"userId", who->user.id});
        auto added = m_client.ask(net::Method::post, fmt::format("Playlists/{}/Items", id), std::move(parameters), {});
        if (!added) {
            return fail(std::move(added));
        }
        first += next.size();
    }
    return {};
}

bool JellyfinPlaylistSink::can_update(const Shown& shown, const std::vector<std::string>& songs, bool is_caller) const {
    const auto current = songs_of(shown.places);
    const auto after = merged(current, songs);
    const std::size_t order = moves(after, songs).size();
    const std::unordered_set<std::string> wanted(songs.begin(), songs.end());
    const bool only_adds =
        std::ranges::all_of(current, [&](const std::string& song) { return wanted.contains(song); }) && order == 0;
    const bool has_entries = std::ranges::none_of(shown.places, [](const Place& place) { return place.entry.empty(); });
    return only_adds || (is_caller && has_entries && order <= k_most_moves);
}

Result<void> JellyfinPlaylistSink::update(const Shown& shown, const std::vector<std::string>& songs) {
    std::vector<std::string> additions = merged(songs_of(shown.places), songs);
    const std::unordered_set<std::string> have_list = [&] {
        const auto current = songs_of(shown.places);
        return std::unordered_set<std::string>(current.begin(), current.end());
    }();
    std::erase_if(additions, [&](const std::string& song) { return have_list.contains(song); });
    if (auto added = add(shown.id, additions, 0); !added) {
        return added;
    }
    const std::unordered_set<std::string> wanted(songs.begin(), songs.end());
    std::vector<std::string> removals;
    for (const Place& place : shown.places) {
        if (!wanted.contains(place.song)) {
            removals.push_back(place.entry);
        }
    }
    for (std::size_t first = 0; first < removals.size(); first += k_query_batch) {
        auto removed = m_client.ask(net::Method::del, fmt::format("Playlists/{}/Items", shown.id),
                                    repeated("entryIds", batch(removals, first, k_query_batch)), {});
        if (!removed) {
            return fail(std::move(removed));
        }
    }
    if (moves(merged(songs_of(shown.places), songs), songs).empty()) {
        return {};
    }
    const auto places = read_places(shown.id);
    if (!places) {
        return tl::unexpected(places.error());
    }
    for (const auto& [song, index] : moves(songs_of(*places), songs)) {
        const auto place = std::ranges::find(*places, song, &Place::song);
        auto moved = m_client.ask(
            net::Method::post, fmt::format("Playlists/{}/Items/{}/Move/{}", shown.id, net::percent_encode(place->entry), index),
            {}, {});
        if (!moved) {
            return fail(std::move(moved));
        }
    }
    return {};
}

Result<PublishedPlaylist> JellyfinPlaylistSink::verify(const Playlist& playlist, const std::string& id, std::size_t wanted) {
    auto shown = look(id, {});
    if (!shown) {
        return fail(std::move(shown));
    }
    if (shown->ownership == Ownership::absent) {
        return fail(ErrorCode::unavailable,
                    fmt::format("The Jellyfin server does not show the playlist \"{}\" that it has just made.", playlist.name));
    }
    if (shown->places.empty() && wanted > 0) {
        return fail(ErrorCode::unavailable,
                    fmt::format("The Jellyfin server took none of the {} songs of the playlist \"{}\".", wanted, playlist.name));
    }
    if (shown->places.size() < wanted) {
        log::warn("The Jellyfin server took {} of the {} songs of the playlist \"{}\".", shown->places.size(), wanted,
                  playlist.name);
    }
    return PublishedPlaylist{playlist.id, id, shown->hash};
}

Result<PublishedPlaylist> JellyfinPlaylistSink::publish(const Playlist& playlist,
                                                        const std::optional<PublishedPlaylist>& previous) {
    const auto songs = song_ids(playlist);
    const auto before = previous ? look(previous->external_id, previous->content_hash) : Result<Shown>(Shown{});
    if (!before) {
        return tl::unexpected(before.error());
    }
    const bool is_ours = before->ownership == Ownership::ours;
    if (is_ours && before->name == to_display_text(playlist.name)) {
        if (songs_of(before->places) == songs) {
            return PublishedPlaylist{playlist.id, before->id, before->hash};
        }
        const auto who = m_client.identity({});
        if (who && can_update(*before, songs, who->is_caller)) {
            auto updated = update(*before, songs).and_then([&] { return verify(playlist, before->id, songs.size()); });
            return updated ? updated : replace_unfinished(playlist, songs, *before, std::move(updated));
        }
    }
    const auto id = create(playlist.name, songs);
    if (!id) {
        return tl::unexpected(id.error());
    }
    auto published = verify(playlist, *id, songs.size());
    if (published && is_ours) {
        if (auto removed = remove(*previous); !removed) {
            published = fail(std::move(removed));
        }
    }
    if (!published) {
        discard(*id);
    }
    return published;
}

Result<PublishedPlaylist> JellyfinPlaylistSink::replace_unfinished(const Playlist& playlist,
                                                                   const std::vector<std::string>& songs, const Shown& before,
                                                                   Result<PublishedPlaylist> failed) {
    const auto now = look(before.id, before.hash);
    if (!now || now->ownership == Ownership::ours) {
        return failed; // unreachable, or nothing was changed: the next run goes on
    }
    const auto id = create(playlist.name, songs);
    if (!id) {
        return failed;
    }
    auto published = verify(playlist, *id, songs.size());
    if (!published) {
        discard(*id);
        return failed;
    }
    auto mixed = songs_of(before.places);
    mixed.insert(mixed.end(), songs.begin(), songs.end());
    const std::unordered_set<std::string> known(mixed.begin(), mixed.end());
    const bool is_ours = now->name == before.name &&
                         std::ranges::all_of(now->places, [&](const Place& place) { return known.contains(place.song); });
    if (is_ours) {
        discard(before.id);
    }
    return published;
}

Result<RemovalOutcome> JellyfinPlaylistSink::remove(const PublishedPlaylist& playlist) {
    const auto shown = look(playlist.external_id, playlist.content_hash);
    if (!shown) {
        return tl::unexpected(shown.error());
    }
    switch (shown->ownership) {
    case Ownership::absent: return RemovalOutcome::already_gone;
    case Ownership::foreign: return RemovalOutcome::kept_because_changed;
    case Ownership::ours: break;
    }
    return erase(*shown);
}

Result<RemovalOutcome> JellyfinPlaylistSink::erase(const Shown& shown) {
    auto erased = m_client.ask(net::Method::del, fmt::format("Items/{}", shown.id), {}, {});
    if (!erased && erased.error().code != ErrorCode::not_found) {
        return fail(std::move(erased));
    }
    return erased ? RemovalOutcome::removed : RemovalOutcome::already_gone;
}

void JellyfinPlaylistSink::discard(const std::string& id) {
    const auto shown = look(id, {});
    const auto made = shown ? look(id, shown->hash) : shown;
    if (made && made->ownership == Ownership::ours) {
        if (const auto erased = erase(*made); erased) {
            return;
        }
    }
    log::warn("An unfinished playlist may be left on the Jellyfin server at {}.", m_client.address());
}

} // namespace audiomuse::library
