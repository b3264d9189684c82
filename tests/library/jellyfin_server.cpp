#include "jellyfin_server.hpp"

#include <algorithm>
#include <sstream>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace audiomuse::test {

namespace {

using nlohmann::json;
using Query = std::multimap<std::string, std::string>;

std::string decode(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            result += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        } else {
            result += text[i];
        }
    }
    return result;
}

Query query_of(const ServedRequest& request) {
    Query query;
    std::istringstream rest(request.target.substr(std::min(request.target.size(), request.target.find('?') + 1)));
    for (std::string pair; std::getline(rest, pair, '&');) {
        const auto equals = pair.find('=');
        query.emplace(pair.substr(0, equals), decode(pair.substr(equals + 1)));
    }
    return query;
}

std::string first(const Query& query, const std::string& name) {
    const auto found = query.find(name);
    return found == query.end() ? "" : found->second;
}

std::vector<std::string> list(const Query& query, const std::string& name) {
    std::vector<std::string> values;
    const auto [begin, end] = query.equal_range(name);
    for (auto pair = begin; pair != end; ++pair) {
        std::istringstream text(pair->second);
        for (std::string value; std::getline(text, value, ',');) {
            values.push_back(value);
        }
    }
    return values;
}

std::string ok(const json& body) { return reply(200, body.dump(), {"Content-Type: application/json; charset=utf-8"}); }
std::string moment(UtcTime time) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.0000000Z", std::chrono::floor<std::chrono::seconds>(time));
}

json page(const json& items, const Query& query, std::size_t most) {
    const std::string start_text = first(query, "startIndex");
    const std::string limit_text = first(query, "limit");
    const std::size_t start = start_text.empty() ? 0 : std::stoul(start_text);
    const std::size_t limit = std::min(most, limit_text.empty() ? items.size() : std::stoul(limit_text));
    json shown = json::array();
    for (std::size_t i = start; i < std::min(items.size(), start + limit); ++i) {
        shown.push_back(items[i]);
    }
    return {{"Items", shown}, {"TotalRecordCount", items.size()}, {"StartIndex", start}};
}

json to_json(const JellyfinServer::Song& song) {
    json item{{"Id", song.id},
              {"Name", song.title},
              {"Type", "Audio"},
              {"Artists", {song.artist}},
              {"AlbumArtist", song.artist},
              {"IndexNumber", song.number},
              {"RunTimeTicks", 1'800'000'000},
              {"Genres", {"Jazz"}},
              {"ProductionYear", 1999},
              {"Path", "/media/music/" + song.title + ".mp3"},
              {"DateCreated", moment(song.added)},
              {"MediaSources", {{{"Size", song.audio.size()}, {"MediaStreams", {{{"Codec", "mp3"}}}}}}}};
    if (!song.album.empty()) {
        item["AlbumId"] = song.album;
    }
    if (!song.album_title.empty()) {
        item["Album"] = song.album_title;
    }
    return item;
}

} // namespace

JellyfinServer::JellyfinServer()
    : users{{make_id('c', 1), "bob"}}, libraries{{make_id('d', 1), "Music"}, {make_id('d', 2), "More"}},
      m_server([this](const ServedRequest& request, ServedConnection& connection) { handle(request, connection); }) {}

std::string JellyfinServer::make_id(char kind, std::size_t number) { return fmt::format("{}{:031x}", kind, number); }

void JellyfinServer::add_album(const std::string& title, const std::string& artist, int count, UtcTime added,
                               const std::string& library) {
    const std::lock_guard lock(mutex);
    const std::string place = library.empty() ? libraries.front().id : library;
    albums.push_back({make_id('a', ++m_next), title, artist, added, place});
    for (int i = 1; i <= count; ++i) {
        const std::string name = fmt::format("{} {}", title, i);
        songs.push_back({make_id('b', ++m_next), albums.back().id, title, name, artist, i, "audio of " + name, place, added});
    }
}

void JellyfinServer::add_song(const std::string& id, const std::string& title) {
    const std::lock_guard lock(mutex);
    songs.push_back({.id = id,
                     .album = {},
                     .album_title = {},
                     .title = title,
                     .artist = "Ada",
                     .audio = "x",
                     .library = libraries.front().id});
}

void JellyfinServer::set_special(Special special) {
    const std::lock_guard lock(mutex);
    m_special = std::move(special);
}

void JellyfinServer::set_loses_answer(std::function<bool(const ServedRequest&)> loses) {
    const std::lock_guard lock(mutex);
    m_loses_answer = std::move(loses);
}

std::vector<std::string> JellyfinServer::calls() const {
    std::vector<std::string> calls;
    for (const ServedRequest& request : requests()) {
        calls.push_back(request.method + " " + request.path());
    }
    return calls;
}

void JellyfinServer::handle(const ServedRequest& request, ServedConnection& connection) {
    const std::lock_guard lock(mutex);
    if (m_special && m_special(request, connection)) {
        return;
    }
    const std::string text = answer(request);
    if (m_loses_answer && m_loses_answer(request)) {
        connection.reset();
    } else {
        connection.send(text);
    }
}

std::string JellyfinServer::answer(const ServedRequest& request) {
    std::string path = request.path();
    if (!path.starts_with(prefix)) {
        return reply(404);
    }
    path.erase(0, prefix.size());
    if (path == "/System/Info/Public") {
        return ok({{"ProductName", "Jellyfin Server"}, {"ServerName", "test"}, {"Version", "10.11.11"}});
    }
    const std::string credentials = request.header("authorization");
    const bool is_user = credentials.find("Token=\"secret\"") != std::string::npos;
    if (!credentials.starts_with("MediaBrowser Client=\"") ||
        (!is_user && credentials.find("Token=\"key\"") == std::string::npos)) {
        return reply(401);
    }
    const Query query = query_of(request);
    const auto user_json = [](const User& user) { return json{{"Id", user.id}, {"Name", user.name}}; };
    if (path == "/Users/Me") {
        return is_user ? ok(user_json(users.front())) : reply(400);
    }
    if (path == "/Users") {
        json list = json::array();
        std::ranges::transform(users, std::back_inserter(list), user_json);
        return ok(list);
    }
    if (path == "/UserViews") {
        json list = json::array();
        for (const Library& library : libraries) {
            list.push_back({{"Id", library.id}, {"Name", library.name}, {"CollectionType", "music"}});
        }
        return ok(page(list, query, most_items));
    }
    if (path == "/Items") {
        return items(request);
    }
    if (path.starts_with("/Items/") && path.ends_with("/Download")) {
        const auto song = std::ranges::find(songs, path.substr(7, path.size() - 16), &Song::id);
        if (!may_download) {
            return reply(403);
        }
        return song == songs.end() || song->gone ? reply(404, "Not Found", {"Content-Type: text/plain"})
                                                 : reply(200, song->audio, {"Content-Type: audio/mpeg"});
    }
    if (path.starts_with("/Items/") && request.method == "DELETE") {
        return reply(playlists.erase(path.substr(7)) > 0 ? 204 : 404);
    }
    if (path == "/Playlists" && request.method == "POST") {
        if (!may_make_playlists) {
            return reply(403);
        }
        const json body = json::parse(request.body);
        const std::string id = make_id('e', ++m_next);
        Playlist& playlist = playlists[id];
        playlist.name = body.at("Name");
        playlist.is_public = body.at("IsPublic");
        for (const std::string song : body.at("Ids")) {
            if (std::ranges::count(songs, song, &Song::id) > 0) {
                playlist.songs.push_back(song);
            }
        }
        return ok({{"Id", id}});
    }
    if (path.starts_with("/Playlists/")) {
        const auto end = path.find('/', 11);
        return playlist_items(request, path.substr(11, end - 11), end == std::string::npos ? "" : path.substr(end));
    }
    return reply(404);
}

std::string JellyfinServer::items(const ServedRequest& request) {
    const Query query = query_of(request);
    if (const auto ids = list(query, "ids"); !ids.empty()) {
        json found = json::array();
        for (const std::string& id : ids) {
            if (const auto playlist = playlists.find(id); playlist != playlists.end()) {
                found.push_back({{"Id", id}, {"Name", playlist->second.name}, {"Type", "Playlist"}});
            }
            for (const Song& song : songs) {
                if (song.id == id) {
                    found.push_back(to_json(song));
                }
            }
        }
        return ok(page(found, query, most_items));
    }
    if (first(query, "includeItemTypes") == "Playlist") {
        json found = json::array();
        for (const auto& [id, playlist] : playlists) {
            found.push_back({{"Id", id}, {"Name", playlist.name}, {"Type", "Playlist"}});
        }
        return ok(page(found, query, most_items));
    }
    const std::string parent = first(query, "parentId");
    const bool descending = first(query, "sortOrder") == "Descending";
    json found = json::array();
    if (first(query, "includeItemTypes") == "MusicAlbum") {
        auto sorted = albums;
        std::ranges::stable_sort(
            sorted, [&](const Album& a, const Album& b) { return descending ? a.added > b.added : a.added < b.added; });
        for (const Album& album : sorted) {
            if (parent.empty() || parent == album.library) {
                found.push_back({{"Id", album.id},
                                 {"Name", album.title},
                                 {"Type", "MusicAlbum"},
                                 {"AlbumArtist", album.artist},
                                 {"DateCreated", moment(album.added)}});
            }
        }
    } else {
        for (const Song& song : songs) {
            if (parent.empty() || parent == song.library || parent == song.album) {
                found.push_back(to_json(song));
            }
        }
        if (!descending) { // by the time of creation; the tests give songs that come later a later one
            std::ranges::reverse(found);
        }
    }
    return ok(page(found, query, most_items));
}

std::string JellyfinServer::playlist_items(const ServedRequest& request, const std::string& id, const std::string& rest) {
    const auto found = playlists.find(id);
    if (found == playlists.end()) {
        return reply(404, R"("Playlist not found")", {"Content-Type: application/json"});
    }
    const Query query = query_of(request);
    auto& songs_of_it = found->second.songs;
    if (rest.starts_with("/Items/")) { // …/{entry}/Move/{index}
        const std::string song = rest.substr(7 + 6, rest.find("/Move/") - 7 - 6);
        const auto place = std::ranges::find(songs_of_it, song);
        if (place == songs_of_it.end()) {
            return reply(404);
        }
        songs_of_it.erase(place);
        songs_of_it.insert(songs_of_it.begin() + std::stol(rest.substr(rest.rfind('/') + 1)), song);
        return reply(204);
    }
    if (request.method == "POST") {
        for (const std::string& song : list(query, "ids")) {
            if (std::ranges::count(songs, song, &Song::id) > 0 && std::ranges::count(songs_of_it, song) == 0) {
                songs_of_it.push_back(song);
            }
        }
        return reply(204);
    }
    if (request.method == "DELETE") {
        for (const std::string& entry : list(query, "entryIds")) {
            std::erase(songs_of_it, entry.substr(6));
        }
        return reply(204);
    }
    json shown = json::array();
    for (const std::string& song : songs_of_it) {
        shown.push_back({{"Id", song}, {"Type", "Audio"}, {"PlaylistItemId", "entry-" + song}});
    }
    return ok(page(shown, query, most_items));
}

} // namespace audiomuse::test
