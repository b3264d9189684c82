#include "subsonic_fake.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <base/digest.hpp>

namespace audiomuse::test {

namespace {

using nlohmann::json;

std::string decode(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            plain += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        } else {
            plain += text[i] == '+' ? ' ' : text[i];
        }
    }
    return plain;
}

void take_pairs(std::string_view form, SubsonicFake::Parameters& into) {
    while (!form.empty()) {
        const std::string_view pair = form.substr(0, form.find('&'));
        form.remove_prefix(std::min(form.size(), pair.size() + 1));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        into.emplace(decode(pair.substr(0, equals)), decode(pair.substr(std::min(equals + 1, pair.size()))));
    }
}

std::string get(const SubsonicFake::Parameters& parameters, const std::string& name) {
    const auto found = parameters.find(name);
    return found == parameters.end() ? std::string() : found->second;
}

std::size_t number(const SubsonicFake::Parameters& parameters, const std::string& name, std::size_t otherwise) {
    const std::string text = get(parameters, name);
    return text.empty() ? otherwise : std::stoul(text);
}

std::string to_hex(std::string_view text) {
    std::string hex;
    for (const char c : text) {
        hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
    }
    return hex;
}

} // namespace

SubsonicProfile navidrome_profile() {
    SubsonicProfile profile;
    profile.type = "navidrome";
    profile.open_subsonic = true;
    return profile;
}

SubsonicProfile gonic_profile() {
    SubsonicProfile profile;
    profile.type = "gonic";
    profile.version = "1.15.0";
    profile.open_subsonic = true;
    profile.empty_arrays = true;
    profile.nothing_needs_tags = true;
    profile.unknown_song = SubsonicProfile::UnknownSong::empties;
    profile.unknown_method = "70";
    return profile;
}

SubsonicProfile supysonic_profile() {
    SubsonicProfile profile;
    profile.version = "1.10.2";
    profile.tokens = false;
    profile.create_tells_playlist = false;
    profile.quotes_find_all = false;
    profile.album_cap = 100'000;
    profile.unknown_song = SubsonicProfile::UnknownSong::error;
    return profile;
}

SubsonicProfile smolsonic_profile() {
    SubsonicProfile profile;
    profile.type = "smolsonic";
    profile.reads_forms = false;
    profile.empty_arrays = true;
    profile.nulls = true;
    profile.numeric_albums = true;
    return profile;
}

SubsonicFake::SubsonicFake(SubsonicProfile profile)
    : m_profile(std::move(profile)),
      m_server([this](const ServedRequest& request, ServedConnection& to) { serve(request, to); }) {}

void SubsonicFake::add_album(const std::string& title, const std::string& artist, int tracks, UtcTime created,
                             const std::string& library) {
    const std::string id = std::to_string(albums.size() + 1);
    albums.push_back({id, title, artist, created, library});
    std::ranges::stable_sort(albums, std::ranges::greater{}, &Album::created);
    for (int i = tracks; i >= 1; --i) {
        const std::string name = fmt::format("{} {}", title, i);
        add_song({.id = fmt::format("s-{}-{}", id, i),
                  .title = name,
                  .artist = artist,
                  .album_id = id,
                  .album = title,
                  .path = fmt::format("/media/{}/{}.flac", title, tracks - i),
                  .audio = "audio of " + name,
                  .track = i,
                  .library = library});
    }
}

void SubsonicFake::add_song(Song song) {
    song.listed_size = song.listed_size == 0 ? song.audio.size() : song.listed_size;
    const std::string id = song.id;
    songs[id] = std::move(song);
}

void SubsonicFake::intercept(Interception interception) {
    const std::lock_guard lock(m_mutex);
    m_interception = std::move(interception);
}

void SubsonicFake::set_loses_answer(std::function<bool(const std::string&)> loses) {
    const std::lock_guard lock(m_mutex);
    m_loses_answer = std::move(loses);
}

std::vector<std::string> SubsonicFake::calls() const {
    const std::lock_guard lock(m_mutex);
    return m_calls;
}

int SubsonicFake::count(const std::string& method) const {
    const auto all = calls();
    return static_cast<int>(std::ranges::count(all, method));
}

void SubsonicFake::forget_calls() {
    const std::lock_guard lock(m_mutex);
    m_calls.clear();
}

void SubsonicFake::serve(const ServedRequest& request, ServedConnection& to) {
    std::string method = request.path();
    method = method.starts_with("/music/rest/") ? method.substr(12) : "";
    method = method.substr(0, method.find('.'));
    Parameters parameters;
    if (const std::size_t query = request.target.find('?'); query != std::string::npos) {
        take_pairs(std::string_view(request.target).substr(query + 1), parameters);
    }
    if (request.method == "POST" && m_profile.reads_forms) {
        take_pairs(request.body, parameters);
    }
    Interception interception;
    {
        const std::lock_guard lock(m_mutex);
        m_calls.push_back(method);
        interception = m_interception;
    }
    if (auto instead = interception ? interception(method, parameters) : std::nullopt) {
        if (instead->empty()) {
            to.reset();
            return;
        }
        to.send(*instead);
        if (instead->find("Connection: close") != std::string::npos) {
            to.close();
        }
        return;
    }
    const std::lock_guard lock(m_mutex);
    const std::string text = answer(method, parameters);
    if (m_loses_answer && m_loses_answer(method)) {
        to.reset();
    } else {
        to.send(text);
    }
}

std::string SubsonicFake::said(json body, std::optional<int> error) const {
    body["status"] = error ? "failed" : "ok";
    body["version"] = m_profile.version;
    if (!m_profile.type.empty()) {
        body["type"] = m_profile.type;
    }
    if (m_profile.open_subsonic) {
        body["openSubsonic"] = true;
    }
    if (error) {
        body["error"] = {{"code", *error}, {"message", "said by the fake; the password is " + password}};
    }
    return reply(200, json{{"subsonic-response", std::move(body)}}.dump(), {"Content-Type: application/json"});
}

std::optional<int> SubsonicFake::login_error(const Parameters& parameters) const {
    if (const std::string key = get(parameters, "apiKey"); !key.empty()) {
        return m_profile.api_key.empty() ? std::optional(10) : key == m_profile.api_key ? std::nullopt : std::optional(44);
    }
    const std::string token = get(parameters, "t");
    if (!token.empty() && !m_profile.tokens) {
        return 10;
    }
    const std::string given = get(parameters, "p");
    if (token.empty() && given.empty()) {
        return m_profile.reads_forms ? 10 : 40;
    }
    const bool good = token.empty() ? given == "enc:" + to_hex(password) : token == md5_hex(password + get(parameters, "s"));
    return good && get(parameters, "u") == "bob" ? std::nullopt : std::optional(40);
}

json SubsonicFake::list_json(const char* key, json list) const {
    return list.empty() && !m_profile.empty_arrays ? json::object() : json{{key, std::move(list)}};
}

json SubsonicFake::album_json(const Album& album) const {
    const auto count = std::ranges::count_if(songs, [&](const auto& entry) { return entry.second.album_id == album.id; });
    json body{{"name", album.name}, {"artist", album.artist}, {"songCount", count}, {"created", format_utc(album.created) + "Z"}};
    body["id"] = m_profile.numeric_albums ? json(std::stoi(album.id)) : json(album.id);
    return body;
}

json SubsonicFake::song_json(const Song& song) const {
    json body{{"id", song.id},  {"title", song.title}, {"size", song.listed_size}, {"path", song.path},
              {"duration", 61}, {"isDir", false},      {"track", song.track}};
    for (const auto& [key, value] : {std::pair{"artist", song.artist}, {"album", song.album}, {"albumId", song.album_id}}) {
        if (!value.empty()) {
            body[key] = value;
        } else if (m_profile.nulls) {
            body[key] = nullptr;
        }
    }
    if (m_profile.nulls) {
        body["genre"] = nullptr;
        body["year"] = nullptr;
    }
    return body;
}

std::string SubsonicFake::list_albums(const Parameters& parameters) const {
    const std::string library = get(parameters, "musicFolderId");
    const std::size_t size = std::min(number(parameters, "size", 10), m_profile.album_cap);
    const std::size_t offset = number(parameters, "offset", 0);
    json page = json::array();
    std::size_t at = 0;
    for (const Album& album : albums) {
        if (library.empty() || album.library == library) {
            if (at >= offset && page.size() < size) {
                page.push_back(album_json(album));
            }
            ++at;
        }
    }
    return said({{"albumList2", list_json("album", std::move(page))}});
}

std::string SubsonicFake::search(const Parameters& parameters) const {
    const bool quotes = get(parameters, "query") == "\"\"";
    const std::size_t offset = number(parameters, "songOffset", 0);
    const std::size_t count = number(parameters, "songCount", 20);
    json page = json::array();
    std::size_t at = 0;
    for (const auto& [id, song] : songs) {
        if ((quotes && !m_profile.quotes_find_all) || (!quotes && m_profile.nothing_needs_tags && song.artist.empty())) {
            continue;
        }
        if (at >= offset && page.size() < count) {
            page.push_back(song_json(song));
        }
        ++at;
    }
    return said({{"searchResult3", list_json("song", std::move(page))}});
}

std::string SubsonicFake::audio(const Parameters& parameters) const {
    const auto found = songs.find(get(parameters, "id"));
    return found == songs.end() ? said({}, 70) : reply(200, found->second.audio, {"Content-Type: audio/flac"});
}

bool SubsonicFake::add_songs(StoredPlaylist& playlist, const Parameters& parameters, const char* name) const {
    bool all_known = true;
    const auto [first, last] = parameters.equal_range(name);
    for (auto entry = first; entry != last; ++entry) {
        const bool known = songs.contains(entry->second);
        if (known) {
            playlist.songs.push_back(entry->second);
        }
        all_known = all_known && known;
    }
    if (!all_known && m_profile.unknown_song == SubsonicProfile::UnknownSong::empties) {
        playlist.songs.clear();
    }
    return all_known || m_profile.unknown_song != SubsonicProfile::UnknownSong::error;
}

std::string SubsonicFake::playlist_call(const std::string& method, const Parameters& parameters) {
    const auto head = [](const auto& entry) {
        return json{{"id", entry.first},
                    {"name", entry.second.name},
                    {"public", entry.second.is_public},
                    {"songCount", entry.second.songs.size()}};
    };
    const auto whole = [&](const auto& entry) {
        json list = json::array();
        for (const std::string& id : entry.second.songs) {
            list.push_back(song_json(songs.at(id)));
        }
        json body = head(entry);
        body.update(list_json("entry", std::move(list)));
        return said({{"playlist", std::move(body)}});
    };
    if (method == "getPlaylists") {
        json list = json::array();
        std::ranges::transform(playlists, std::back_inserter(list), head);
        return said({{"playlists", list_json("playlist", std::move(list))}});
    }
    if (method == "createPlaylist") {
        StoredPlaylist playlist{get(parameters, "name"), {}, false};
        if (!add_songs(playlist, parameters, "songId")) {
            return said({}, 0);
        }
        const auto made = playlists.emplace(fmt::format("p{}", m_next_playlist++), std::move(playlist)).first;
        return m_profile.create_tells_playlist ? whole(*made) : said(json::object());
    }
    const auto found = playlists.find(get(parameters, method == "updatePlaylist" ? "playlistId" : "id"));
    if (found == playlists.end()) {
        return said({}, 70);
    }
    if (method == "deletePlaylist") {
        playlists.erase(found);
        return said(json::object());
    }
    if (method == "getPlaylist") {
        return whole(*found);
    }
    StoredPlaylist changed = found->second;
    std::set<std::size_t, std::greater<>> gone;
    const auto [first, last] = parameters.equal_range("songIndexToRemove");
    for (auto entry = first; entry != last; ++entry) {
        gone.insert(std::stoul(entry->second));
    }
    for (const std::size_t index : gone) {
        if (index < changed.songs.size()) {
            changed.songs.erase(changed.songs.begin() + static_cast<std::ptrdiff_t>(index));
        }
    }
    if (!add_songs(changed, parameters, "songIdToAdd")) {
        return said({}, 0);
    }
    if (const std::string wanted = get(parameters, "public"); !wanted.empty()) {
        changed.is_public = wanted == "true";
    }
    found->second = std::move(changed);
    return said(json::object());
}

std::string SubsonicFake::answer(const std::string& method, const Parameters& parameters) {
    if (const auto error = login_error(parameters)) {
        return said({}, error);
    }
    if (method == "ping") {
        return said(json::object());
    }
    if (method == "getOpenSubsonicExtensions" && m_profile.open_subsonic) {
        return said({{"openSubsonicExtensions", json::array({{{"name", "formPost"}, {"versions", {1}}}})}});
    }
    if (method == "getMusicFolders") {
        json list = json::array();
        for (std::size_t i = 0; i < libraries.size(); ++i) {
            list.push_back({{"id", i}, {"name", libraries[i]}});
        }
        return said({{"musicFolders", {{"musicFolder", std::move(list)}}}});
    }
    if (method == "getAlbumList2") {
        return list_albums(parameters);
    }
    if (method == "search3") {
        return search(parameters);
    }
    if (method == "getAlbum") {
        const auto album = std::ranges::find(albums, get(parameters, "id"), &Album::id);
        if (album == albums.end()) {
            return said({}, 70);
        }
        json list = json::array();
        for (const auto& [id, song] : songs) {
            if (song.album_id == album->id) {
                list.push_back(song_json(song));
            }
        }
        json body = album_json(*album);
        body.update(list_json("song", std::move(list)));
        return said({{"album", std::move(body)}});
    }
    if (method == "getSong") {
        const auto song = songs.find(get(parameters, "id"));
        return song == songs.end() ? said({}, 70) : said({{"song", song_json(song->second)}});
    }
    if (method == "download" && !may_download) {
        return said({}, 50);
    }
    if (method == "download" || (method == "stream" && get(parameters, "format") == "raw")) {
        return audio(parameters);
    }
    if (method.ends_with("laylist") || method == "getPlaylists") {
        return playlist_call(method, parameters);
    }
    return m_profile.unknown_method == "70" ? said({}, 70) : reply(404, "404 page not found", {"Content-Type: text/plain"});
}

} // namespace audiomuse::test
