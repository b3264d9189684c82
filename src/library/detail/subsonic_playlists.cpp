#include <library/detail/subsonic_playlists.hpp>

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <base/hash.hpp>
#include <library/detail/json_reader.hpp>
#include <library/detail/subsonic_answer.hpp>

namespace audiomuse::library::detail {

namespace {

using nlohmann::json;

bool is(const SubsonicFailure& failure, SubsonicError error) { return failure.code == static_cast<int>(error); }

/// gonic says "a parameter is missing" of an id that it would not make.
bool is_absent(const SubsonicFailure& failure) {
    return is(failure, SubsonicError::not_found) || is(failure, SubsonicError::parameter_missing);
}

/// The head of a playlist, without songs.
ServerPlaylist read_head(const json& playlist) {
    return {id_member(playlist, "id"), raw_text_member(playlist, "name"), bool_member(playlist, "public"), {}};
}

} // namespace

std::string content_hash(const ServerPlaylist& playlist) {
    std::string content = playlist.name;
    for (const std::string& song : playlist.songs) {
        content += '\n';
        content += song;
    }
    return hash128_hex(content);
}

std::size_t count_that_fits(std::span<const std::string> ids, std::string_view name, std::size_t space) {
    std::size_t count = 0;
    for (const std::string& id : ids) {
        const std::size_t bytes = name.size() + 2 + net::percent_encode(id).size();
        if (bytes > space && count > 0) {
            break;
        }
        space -= std::min(bytes, space);
        ++count;
    }
    return count;
}

SubsonicOutcome<std::size_t> SubsonicPlaylists::space() {
    const auto session = m_client.session({});
    if (!session) {
        return tl::unexpected(SubsonicFailure{.error = session.error(), .code = std::nullopt});
    }
    return SubsonicClient::parameter_space(*session);
}

SubsonicOutcome<void> SubsonicPlaylists::change(const net::Parameters& parameters) {
    const auto answer = m_client.call("updatePlaylist", parameters, Effect::changes, {});
    return answer ? SubsonicOutcome<void>() : tl::unexpected(answer.error());
}

SubsonicOutcome<std::optional<ServerPlaylist>> SubsonicPlaylists::find(const std::string& id) {
    const auto answer = m_client.call("getPlaylist", {{"id", id}}, Effect::reads, {});
    if (!answer) {
        if (is_absent(answer.error())) {
            return std::nullopt;
        }
        if (is(answer.error(), SubsonicError::forbidden)) {
            return ServerPlaylist{id, {}, {}, {}};
        }
        return tl::unexpected(answer.error());
    }
    const json* found = find_member(*answer, "playlist");
    if (found == nullptr) {
        return std::nullopt;
    }
    ServerPlaylist playlist = read_head(*found);
    playlist.id = id;
    for (const json& song : array_member(*found, "entry")) {
        playlist.songs.push_back(id_member(song, "id"));
    }
    return playlist;
}

SubsonicOutcome<std::vector<ServerPlaylist>> SubsonicPlaylists::list() {
    const auto answer = m_client.call("getPlaylists", {}, Effect::reads, {});
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    std::vector<ServerPlaylist> playlists;
    for (const json& playlist : array_member(*answer, "playlists", "playlist")) {
        playlists.push_back(read_head(playlist));
    }
    return playlists;
}

SubsonicOutcome<std::string> SubsonicPlaylists::create(const std::string& name, std::span<const std::string> songs) {
    const auto bytes = space();
    if (!bytes) {
        return tl::unexpected(bytes.error());
    }
    std::set<std::string> before;
    if (!m_create_tells_id) {
        const auto listed = list();
        if (!listed) {
            return tl::unexpected(listed.error());
        }
        std::ranges::transform(*listed, std::inserter(before, before.end()), &ServerPlaylist::id);
    }
    net::Parameters parameters{{"name", name}};
    const std::size_t name_bytes = net::percent_encode(name).size();
    for (const std::string& song : songs.first(count_that_fits(songs, "songId", *bytes - std::min(*bytes, name_bytes)))) {
        parameters.push_back({"songId", song});
    }
    const auto answer = m_client.call("createPlaylist", parameters, Effect::changes, {});
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    const json* made = find_member(*answer, "playlist");
    if (std::string id = made == nullptr ? std::string() : id_member(*made, "id"); !id.empty()) {
        m_create_tells_id = true;
        return id;
    }
    const auto after = list();
    if (!after) {
        return tl::unexpected(after.error());
    }
    const auto found = std::ranges::find_if(
        *after, [&](const ServerPlaylist& playlist) { return playlist.name == name && !before.contains(playlist.id); });
    if (found == after->end() || m_create_tells_id) {
        return tl::unexpected(SubsonicFailure{
            .error = {ErrorCode::conflict, fmt::format("{} said that it made the playlist \"{}\", but it is not in its list.",
                                                       m_client.server_name_first(), name)},
            .code = std::nullopt});
    }
    return found->id;
}

SubsonicOutcome<void> SubsonicPlaylists::update(const ServerPlaylist& present, std::span<const std::string> songs) {
    const auto bytes = space();
    if (!bytes) {
        return tl::unexpected(bytes.error());
    }
    const auto differ = std::ranges::mismatch(present.songs, songs);
    const auto kept = static_cast<std::size_t>(differ.in1 - present.songs.begin());
    std::span<const std::string> to_add = songs.subspan(kept);
    std::vector<std::string> to_remove;
    for (std::size_t index = kept; index < present.songs.size(); ++index) {
        to_remove.push_back(std::to_string(index));
    }
    const net::Parameters head{{"playlistId", present.id}};
    net::Parameters parameters = head;
    const std::size_t added_at_once = count_that_fits(to_add, "songIdToAdd", *bytes);
    std::size_t left = *bytes;
    for (const std::string& song : to_add.first(added_at_once)) {
        parameters.push_back({"songIdToAdd", song});
        left -= std::min(left, std::string_view("songIdToAdd").size() + 2 + net::percent_encode(song).size());
    }
    if (added_at_once == to_add.size() && count_that_fits(to_remove, "songIndexToRemove", left) == to_remove.size()) {
        for (const std::string& index : to_remove) {
            parameters.push_back({"songIndexToRemove", index});
        }
        return change(parameters);
    }
    for (; !to_add.empty(); to_add = to_add.subspan(count_that_fits(to_add, "songIdToAdd", *bytes))) {
        parameters = head;
        for (const std::string& song : to_add.first(count_that_fits(to_add, "songIdToAdd", *bytes))) {
            parameters.push_back({"songIdToAdd", song});
        }
        if (auto changed = change(parameters); !changed) {
            return changed;
        }
    }
    for (std::size_t rest = to_remove.size(); rest > 0;) { // each time the first of those that are left
        parameters = head;
        const std::size_t count = count_that_fits(std::span(to_remove).first(rest), "songIndexToRemove", *bytes);
        for (const std::string& index : std::span(to_remove).first(count)) {
            parameters.push_back({"songIndexToRemove", index});
        }
        if (auto changed = change(parameters); !changed) {
            return changed;
        }
        rest -= count;
    }
    return {};
}

SubsonicOutcome<void> SubsonicPlaylists::set_public(const std::string& id, bool is_public) {
    return change({{"playlistId", id}, {"public", is_public ? "true" : "false"}});
}

SubsonicOutcome<bool> SubsonicPlaylists::erase(const std::string& id) {
    const auto answer = m_client.call("deletePlaylist", {{"id", id}}, Effect::changes, {});
    if (!answer && is(answer.error(), SubsonicError::not_found)) {
        return false;
    }
    return answer ? SubsonicOutcome<bool>(true) : tl::unexpected(answer.error());
}

SubsonicOutcome<bool> SubsonicPlaylists::knows_song(const std::string& id) {
    const auto answer = m_client.call("getSong", {{"id", id}}, Effect::reads, {});
    if (!answer && (is_absent(answer.error()) || is(answer.error(), SubsonicError::generic))) {
        return false;
    }
    return answer ? SubsonicOutcome<bool>(true) : tl::unexpected(answer.error());
}

} // namespace audiomuse::library::detail
