#include <library/jellyfin_playlist_sink.hpp>

#include <algorithm>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <base/hash.hpp>
#include <base/text.hpp>
#include <library/detail/song_order.hpp>

namespace audiomuse::library {

namespace {

constexpr std::size_t k_batch = 200;       // ids that create a playlist
constexpr std::size_t k_query_batch = 150; // ids in a query: the request line of the server ends at 8 KiB
constexpr std::size_t k_page_items = 500;
constexpr std::size_t k_most_places = 1'000'000;
constexpr std::size_t k_most_moves = 100;

/// A list as the server's description has it: the name again for each value.
net::Parameters repeated(const std::string& name, std::span<const std::string> values) {
    net::Parameters parameters;
    for (const std::string& value : values) {
        parameters.push_back({name, value});
    }
    return parameters;
}

/// The beginning of a list that is not sent yet.
std::span<const std::string> batch(std::span<const std::string> ids, std::size_t first, std::size_t size) {
    return ids.subspan(first, std::min(size, ids.size() - first));
}

} // namespace

Result<std::vector<PlaylistOwner>> JellyfinPlaylistSink::owners(std::stop_token stop) {
    std::vector<PlaylistOwner> owners;
    const std::string server = "jellyfin-" + hash128_hex(m_client.address());
    if (m_client.settings().playlist_users.empty()) {
        const auto who = m_client.identity(std::move(stop));
        if (!who) {
            return tl::unexpected(who.error());
        }
        owners.push_back({server, who->user.id});
        return owners;
    }
    const auto users = m_client.playlist_users(std::move(stop));
    if (!users) {
        return tl::unexpected(users.error());
    }
    for (const detail::JellyfinUser& user : *users) {
        owners.push_back({server, user.id});
    }
    return owners;
}

Result<SinkContent> JellyfinPlaylistSink::content_of(const Playlist& playlist) const {
    SinkContent content{to_display_text(playlist.name), {}};
    std::unordered_set<std::string> seen;
    for (const PlaylistSong& song : playlist.songs) {
        auto id = detail::normal_item_id(song.id.str());
        if (id && seen.insert(*id).second) {
            content.songs.push_back(std::move(*id));
        }
    }
    return content;
}

Result<std::vector<std::string>> JellyfinPlaylistSink::ids_of_name(const PlaylistOwner& owner, const std::string& name,
                                                                   std::stop_token stop) {
    std::vector<std::string> ids;
    for (std::uint64_t start = 0;;) {
        const auto page = m_client
                              .ask(net::Method::get, "Items",
                                   {{"userId", owner.user},
                                    {"includeItemTypes", "Playlist"},
                                    {"recursive", "true"},
                                    {"sortBy", "SortName"},
                                    {"startIndex", std::to_string(start)},
                                    {"limit", std::to_string(k_page_items)}},
                                   stop)
                              .and_then(detail::parse_entries);
        if (!page) {
            return page.error().code == ErrorCode::not_found ? Result<std::vector<std::string>>(std::vector<std::string>{})
                                                             : tl::unexpected(explain(page.error())); // the user is gone
        }
        for (const detail::JellyfinEntry& entry : page->items) {
            if (entry.name == name) {
                ids.push_back(entry.id);
            }
        }
        start += page->received;
        if (page->received == 0 || start >= page->total) {
            return ids;
        }
        if (start > k_most_places) {
            return fail(ErrorCode::unavailable, "The Jellyfin server lists playlists without an end.");
        }
    }
}

Result<std::optional<SinkPlaylist>> JellyfinPlaylistSink::read_songs(const PlaylistOwner& owner, const std::string& id,
                                                                     const std::stop_token& stop) {
    SinkPlaylist playlist;
    playlist.id = id;
    for (std::uint64_t start = 0;;) {
        auto page = m_client
                        .ask(net::Method::get, fmt::format("Playlists/{}/Items", id),
                             {{"userId", owner.user},
                              {"startIndex", std::to_string(start)},
                              {"limit", std::to_string(k_page_items)},
                              {"enableImages", "false"},
                              {"enableUserData", "false"}},
                             stop)
                        .and_then(detail::parse_entries);
        if (!page) {
            return page.error().code == ErrorCode::not_found ? Result<std::optional<SinkPlaylist>>(std::nullopt)
                                                             : tl::unexpected(explain(page.error()));
        }
        for (detail::JellyfinEntry& entry : page->items) {
            playlist.content.songs.push_back(std::move(entry.id));
            playlist.places.push_back(std::move(entry.entry_id));
        }
        start += page->received;
        if (page->received == 0 || start >= page->total) {
            return playlist;
        }
        if (start > k_most_places) {
            return fail(ErrorCode::unavailable, "The Jellyfin server lists a playlist that has no end.");
        }
    }
}

Result<std::vector<detail::JellyfinEntry>>
JellyfinPlaylistSink::items(const PlaylistOwner& owner, std::span<const std::string> ids, const std::stop_token& stop) {
    net::Parameters question = repeated("ids", ids);
    question.push_back({"userId", owner.user});
    return m_client.ask(net::Method::get, "Items", std::move(question), stop)
        .and_then(detail::parse_entries)
        .map([](detail::JellyfinPage<detail::JellyfinEntry>&& page) { return std::move(page.items); });
}

Result<std::optional<SinkPlaylist>> JellyfinPlaylistSink::read(const PlaylistOwner& owner, const std::string& id,
                                                               std::stop_token stop) {
    const auto normal = detail::normal_item_id(id);
    if (!normal) {
        return std::nullopt;
    }
    auto playlist = read_songs(owner, *normal, stop);
    if (!playlist || !*playlist) {
        return playlist;
    }
    const auto found = items(owner, std::span(&*normal, 1), stop);
    if (!found) {
        return tl::unexpected(found.error());
    }
    const auto item = std::ranges::find(*found, *normal, &detail::JellyfinEntry::id);
    if (item == found->end() || item->type != "Playlist") {
        return std::nullopt;
    }
    (*playlist)->content.name = item->name;
    return playlist;
}

Result<std::string> JellyfinPlaylistSink::create(const PlaylistOwner& owner, const SinkContent& content,
                                                 const ChangeRecorder& record, std::stop_token stop) {
    const auto part = batch(content.songs, 0, k_batch);
    const std::vector<std::string> first(part.begin(), part.end());
    if (auto recorded = record(first); !recorded) {
        return fail(std::move(recorded));
    }
    const nlohmann::json body{{"Name", content.name},
                              {"Ids", first},
                              {"UserId", owner.user},
                              {"MediaType", "Audio"},
                              {"IsPublic", m_client.settings().public_playlists}};
    auto id = m_client.post_json("Playlists", body.dump(), stop).and_then(detail::parse_created);
    return id ? id : tl::unexpected(explain(id.error()));
}

/// The requests that turn one playlist's songs into others.
class JellyfinPlaylistSink::Update {
  public:
    Update(JellyfinPlaylistSink& sink, const PlaylistOwner& owner, const SinkPlaylist& present, const ChangeRecorder& record,
           std::stop_token stop)
        : m_sink(sink), m_owner(owner), m_present(present), m_record(record), m_stop(std::move(stop)),
          m_songs(present.content.songs), m_path(fmt::format("Playlists/{}/Items", present.id)) {}

    Result<void> run(const std::vector<std::string>& wanted) {
        if (auto added = add(detail::without(wanted, m_songs)); !added) {
            return added;
        }
        if (auto removed = remove(detail::without(m_songs, wanted)); !removed) {
            return removed;
        }
        return move_to(wanted);
    }

  private:
    /// song -> the id of its place
    static std::unordered_map<std::string, std::string> places_of(const SinkPlaylist& playlist) {
        std::unordered_map<std::string, std::string> places;
        for (std::size_t i = 0; i < playlist.places.size(); ++i) {
            places.emplace(playlist.content.songs[i], playlist.places[i]);
        }
        return places;
    }

    Result<void> send(net::Method method, std::string_view path, net::Parameters parameters) {
        if (auto recorded = m_record(m_songs); !recorded) {
            return recorded;
        }
        return m_sink.m_client.ask(method, path, std::move(parameters), m_stop).map([](const std::string&) {});
    }

    Result<void> add(const std::vector<std::string>& songs) {
        for (std::size_t first = 0; first < songs.size(); first += k_query_batch) {
            const auto next = batch(songs, first, k_query_batch);
            net::Parameters parameters = repeated("ids", next);
            parameters.push_back({"userId", m_owner.user});
            m_songs.insert(m_songs.end(), next.begin(), next.end());
            if (auto added = send(net::Method::post, m_path, std::move(parameters)); !added) {
                return added;
            }
        }
        return {};
    }

    Result<void> remove(const std::vector<std::string>& songs) {
        const auto present = places_of(m_present);
        for (std::size_t first = 0; first < songs.size(); first += k_query_batch) {
            const auto next = batch(songs, first, k_query_batch);
            std::vector<std::string> places;
            for (const std::string& song : next) {
                places.push_back(present.at(song));
            }
            m_songs = detail::without(m_songs, {next.begin(), next.end()});
            if (auto removed = send(net::Method::del, m_path, repeated("entryIds", places)); !removed) {
                return removed;
            }
        }
        return {};
    }

    /// What is there beside ours, or in another order, is a person's; so is the removal of a song that was there before and that
    /// the server still has. It may leave out what was added.
    Result<bool> is_changed_by_others(const std::vector<std::string>& songs) {
        const std::vector<std::string> missing = detail::without(m_songs, songs);
        if (songs != detail::without(m_songs, missing)) {
            return true;
        }
        const std::vector<std::string>& before = m_present.content.songs;
        const std::vector<std::string> taken_out = detail::without(before, detail::without(before, missing));
        return m_sink.lost_songs(m_owner, taken_out, m_stop).map([&](const std::vector<std::string>& lost) {
            return lost.size() != taken_out.size();
        });
    }

    Result<void> move_to(const std::vector<std::string>& wanted) {
        if (detail::moves(m_songs, wanted, k_most_moves).empty()) {
            return {};
        }
        const auto now = m_sink.read_songs(m_owner, m_present.id, m_stop); // additions have places, too
        if (!now || !*now) {
            return now ? Result<void>{} : tl::unexpected(now.error());
        }
        const std::vector<std::string>& songs = (*now)->content.songs;
        const auto changed = is_changed_by_others(songs);
        if (!changed) {
            return tl::unexpected(changed.error());
        }
        if (*changed) {
            return fail(ErrorCode::conflict,
                        fmt::format("Somebody else changed the playlist \"{}\" on Jellyfin while it was written.",
                                    m_present.content.name));
        }
        m_songs = songs;
        const auto shown = places_of(**now);
        for (const auto& [song, index] : detail::moves(m_songs, wanted, k_most_moves)) {
            const auto from = std::ranges::find(m_songs, song);
            std::rotate(m_songs.begin() + static_cast<std::ptrdiff_t>(index), from, from + 1);
            const std::string path = fmt::format("{}/{}/Move/{}", m_path, net::percent_encode(shown.at(song)), index);
            if (auto moved = send(net::Method::post, path, {}); !moved) {
                return moved;
            }
        }
        return {};
    }

    JellyfinPlaylistSink& m_sink;
    const PlaylistOwner& m_owner;
    const SinkPlaylist& m_present;
    const ChangeRecorder& m_record;
    std::stop_token m_stop;
    std::vector<std::string> m_songs; ///< after the request in hand
    std::string m_path;
};

Result<UpdateOutcome> JellyfinPlaylistSink::update(const PlaylistOwner& owner, const SinkPlaylist& present,
                                                   const std::vector<std::string>& songs, const ChangeRecorder& record,
                                                   std::stop_token stop) {
    const std::vector<std::string>& current = present.content.songs;
    if (current == songs) {
        return UpdateOutcome::unchanged;
    }
    const std::size_t order = detail::moves(detail::merged(current, songs), songs, k_most_moves).size();
    if (order > 0 || !detail::without(current, songs).empty()) {
        const auto who = m_client.identity(stop);
        if (!who) {
            return tl::unexpected(who.error());
        }
        const bool is_caller = who->is_caller && who->user.id == owner.user;
        if (!is_caller || order > k_most_moves || std::ranges::count(present.places, std::string()) > 0) {
            return UpdateOutcome::needs_new;
        }
    }
    const auto updated = Update(*this, owner, present, record, stop).run(songs);
    if (!updated) {
        return is_of_this_playlist(updated.error(), owner, present.id, stop) ? Result<UpdateOutcome>(UpdateOutcome::refused)
                                                                             : tl::unexpected(updated.error());
    }
    return UpdateOutcome::updated;
}

Result<RemovalOutcome> JellyfinPlaylistSink::remove(const PlaylistOwner& owner, const SinkPlaylist& present,
                                                    std::stop_token stop) {
    const auto erased = m_client.ask(net::Method::del, fmt::format("Items/{}", present.id), {}, stop);
    if (!erased && erased.error().code != ErrorCode::not_found) {
        return is_of_this_playlist(erased.error(), owner, present.id, stop) ? Result<RemovalOutcome>(RemovalOutcome::refused)
                                                                            : tl::unexpected(erased.error());
    }
    return erased ? RemovalOutcome::removed : RemovalOutcome::already_gone;
}

Error JellyfinPlaylistSink::explain(Error error) const {
    if (error.code == ErrorCode::unauthorized && !m_client.settings().playlist_users.empty()) {
        error.message += " Playlists for other users (playlist_users) need an API key or the token of an administrator.";
    }
    return error;
}

bool JellyfinPlaylistSink::is_of_this_playlist(const Error& refusal, const PlaylistOwner& owner, const std::string& id,
                                               const std::stop_token& stop) {
    return refusal.code == ErrorCode::unauthorized && items(owner, std::span(&id, 1), stop).has_value();
}

Result<std::vector<std::string>> JellyfinPlaylistSink::lost_songs(const PlaylistOwner& owner, std::span<const std::string> songs,
                                                                  std::stop_token stop) {
    std::vector<std::string> lost;
    for (std::size_t first = 0; first < songs.size(); first += k_query_batch) {
        const auto asked = batch(songs, first, k_query_batch);
        const auto found = items(owner, asked, stop);
        if (!found) {
            return tl::unexpected(found.error());
        }
        for (const std::string& song : asked) {
            if (std::ranges::find(*found, song, &detail::JellyfinEntry::id) == found->end()) {
                lost.push_back(song);
            }
        }
    }
    return lost;
}

} // namespace audiomuse::library
