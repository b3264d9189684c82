#include <library/detail/subsonic_playlists.hpp>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

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

/// Why nothing was sent.
tl::unexpected<SubsonicFailure> not_sent(Error error) {
    return tl::unexpected(SubsonicFailure{.error = std::move(error), .code = std::nullopt});
}

} // namespace

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

SubsonicOutcome<std::size_t> SubsonicPlaylists::space(const std::stop_token& stop) {
    const auto session = m_client.session(stop);
    if (!session) {
        return not_sent(session.error());
    }
    return SubsonicClient::parameter_space(*session);
}

SubsonicOutcome<void> SubsonicPlaylists::change(const net::Parameters& parameters, const std::stop_token& stop) {
    const auto answer = m_client.call("updatePlaylist", parameters, Effect::changes, stop);
    return answer ? SubsonicOutcome<void>() : tl::unexpected(answer.error());
}

SubsonicOutcome<std::optional<SinkPlaylist>> SubsonicPlaylists::find(const std::string& id, const std::stop_token& stop) {
    const auto answer = m_client.call("getPlaylist", {{"id", id}}, Effect::reads, stop);
    if (!answer) {
        if (is_absent(answer.error())) {
            return std::nullopt;
        }
        if (is(answer.error(), SubsonicError::forbidden)) {
            return SinkPlaylist{.id = id, .content = {}};
        }
        return tl::unexpected(answer.error());
    }
    const json* found = find_member(*answer, "playlist");
    if (found == nullptr) {
        return std::nullopt;
    }
    SinkPlaylist playlist{.id = id, .content = {raw_text_member(*found, "name"), {}}};
    playlist.is_public = bool_member(*found, "public");
    for (const json& song : array_member(*found, "entry")) {
        playlist.content.songs.push_back(id_member(song, "id"));
    }
    return playlist;
}

SubsonicOutcome<std::vector<std::string>> SubsonicPlaylists::ids_of_name(const std::string& name, const std::stop_token& stop) {
    const auto answer = m_client.call("getPlaylists", {}, Effect::reads, stop);
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    std::vector<std::string> ids;
    const std::string& user = m_client.access().user;
    for (const json& playlist : array_member(*answer, "playlists", "playlist")) {
        const std::string owner = raw_text_member(playlist, "owner");
        if (raw_text_member(playlist, "name") == name && (owner.empty() || user.empty() || owner == user)) {
            ids.push_back(id_member(playlist, "id"));
        }
    }
    return ids;
}

SubsonicOutcome<std::string> SubsonicPlaylists::create(const SinkContent& content, const ChangeRecorder& record,
                                                       const std::stop_token& stop) {
    const auto bytes = space(stop);
    if (!bytes) {
        return tl::unexpected(bytes.error());
    }
    std::vector<std::string> before;
    if (!m_create_tells_id) {
        auto listed = ids_of_name(content.name, stop);
        if (!listed) {
            return tl::unexpected(listed.error());
        }
        before = std::move(*listed);
    }
    net::Parameters parameters{{"name", content.name}};
    const std::size_t name_bytes = net::percent_encode(content.name).size();
    const std::span<const std::string> songs(content.songs);
    const auto first = songs.first(count_that_fits(songs, "songId", *bytes - std::min(*bytes, name_bytes)));
    for (const std::string& song : first) {
        parameters.push_back({"songId", song});
    }
    if (auto recorded = record({first.begin(), first.end()}); !recorded) {
        return not_sent(recorded.error());
    }
    const auto answer = m_client.call("createPlaylist", parameters, Effect::changes, stop);
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    const json* made = find_member(*answer, "playlist");
    if (std::string id = made == nullptr ? std::string() : id_member(*made, "id"); !id.empty()) {
        m_create_tells_id = true;
        return id;
    }
    const auto after = ids_of_name(content.name, stop);
    if (!after) {
        return tl::unexpected(after.error());
    }
    const auto found =
        std::ranges::find_if(*after, [&](const std::string& id) { return std::ranges::find(before, id) == before.end(); });
    if (found == after->end() || m_create_tells_id) {
        return not_sent({ErrorCode::conflict, fmt::format("{} said that it made the playlist \"{}\", but it is not in its list.",
                                                          m_client.server_name_first(), content.name)});
    }
    return *found;
}

SubsonicOutcome<void> SubsonicPlaylists::update(const SinkPlaylist& present, std::span<const std::string> songs,
                                                const ChangeRecorder& record, const std::stop_token& stop) {
    const auto bytes = space(stop);
    if (!bytes) {
        return tl::unexpected(bytes.error());
    }
    std::vector<std::string> now = present.content.songs;
    const auto send = [&](const net::Parameters& parameters) -> SubsonicOutcome<void> {
        if (auto recorded = record(now); !recorded) {
            return not_sent(recorded.error());
        }
        return change(parameters, stop);
    };
    const auto differ = std::ranges::mismatch(now, songs);
    const auto kept = static_cast<std::size_t>(differ.in1 - now.begin());
    const auto at = [&now](std::size_t index) { return now.begin() + static_cast<std::ptrdiff_t>(index); };
    std::span<const std::string> to_add = songs.subspan(kept);
    std::vector<std::string> to_remove;
    for (std::size_t index = kept; index < now.size(); ++index) {
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
        now.assign(songs.begin(), songs.end());
        return send(parameters);
    }
    while (!to_add.empty()) {
        const auto next = to_add.first(count_that_fits(to_add, "songIdToAdd", *bytes));
        parameters = head;
        for (const std::string& song : next) {
            parameters.push_back({"songIdToAdd", song});
        }
        now.insert(now.end(), next.begin(), next.end());
        if (auto changed = send(parameters); !changed) {
            return changed;
        }
        to_add = to_add.subspan(next.size());
    }
    for (std::size_t rest = to_remove.size(); rest > 0;) { // each time the first of those that are left
        parameters = head;
        const std::size_t count = count_that_fits(std::span(to_remove).first(rest), "songIndexToRemove", *bytes);
        for (const std::string& index : std::span(to_remove).first(count)) {
            parameters.push_back({"songIndexToRemove", index});
        }
        now.erase(at(kept), at(kept + count));
        if (auto changed = send(parameters); !changed) {
            return changed;
        }
        rest -= count;
    }
    return {};
}

SubsonicOutcome<void> SubsonicPlaylists::set_public(const std::string& id, bool is_public, const std::stop_token& stop) {
    return change({{"playlistId", id}, {"public", is_public ? "true" : "false"}}, stop);
}

SubsonicOutcome<bool> SubsonicPlaylists::erase(const std::string& id, const std::stop_token& stop) {
    const auto answer = m_client.call("deletePlaylist", {{"id", id}}, Effect::changes, stop);
    if (!answer && is(answer.error(), SubsonicError::not_found)) {
        return false;
    }
    return answer ? SubsonicOutcome<bool>(true) : tl::unexpected(answer.error());
}

SubsonicOutcome<bool> SubsonicPlaylists::knows_song(const std::string& id, const std::stop_token& stop) {
    const auto ask = [&] { return m_client.call("getSong", {{"id", id}}, Effect::reads, stop); };
    auto answer = ask();
    if (!answer && is(answer.error(), SubsonicError::generic) && !answer.error().is_malformed_id) {
        answer = ask(); // a database that is locked says nothing of the song
    }
    if (!answer && (is_absent(answer.error()) || answer.error().is_malformed_id)) {
        return false;
    }
    return answer ? SubsonicOutcome<bool>(true) : tl::unexpected(answer.error());
}

} // namespace audiomuse::library::detail
