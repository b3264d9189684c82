#include <library/detail/subsonic_search.hpp>

#include <algorithm>
#include <utility>

#include <base/log.hpp>
#include <library/detail/json_reader.hpp>

namespace audiomuse::library::detail {

namespace {

using nlohmann::json;
using MusicLibrary = std::optional<std::string>;

constexpr std::uint64_t k_most_songs = 100'000'000;

SubsonicOutcome<json> page_of(SubsonicClient& client, const MusicLibrary& music_library, const std::string& query,
                              std::uint64_t offset, const std::stop_token& stop) {
    net::Parameters parameters{{"query", query},
                               {"artistCount", "0"},
                               {"albumCount", "0"},
                               {"songCount", std::to_string(k_songs_a_search)},
                               {"songOffset", std::to_string(offset)}};
    if (music_library) {
        parameters.push_back({"musicFolderId", *music_library});
    }
    auto answer = client.call("search3", parameters, Effect::reads, stop);
    if (!answer) {
        return answer;
    }
    return json(array_member(*answer, "searchResult3", "song"));
}

/// Two quote marks mean "all" to most servers; some want nothing at all, to which others leave out songs without tags.
Result<std::string> working_query(SubsonicClient& client, const MusicLibrary& music_library, std::uint64_t expected,
                                  const std::stop_token& stop) {
    const std::string quotes = "\"\"";
    const auto with_quotes = page_of(client, music_library, quotes, 0, stop);
    if (!with_quotes && ends_the_listing(with_quotes.error().error)) {
        return tl::unexpected(with_quotes.error().error);
    }
    const std::size_t found = with_quotes ? with_quotes->size() : 0;
    if (found >= std::min<std::uint64_t>(k_songs_a_search / 2, expected)) {
        return quotes;
    }
    const auto with_nothing = page_of(client, music_library, "", 0, stop);
    if (!with_nothing && ends_the_listing(with_nothing.error().error)) {
        return tl::unexpected(with_nothing.error().error);
    }
    return with_nothing && with_nothing->size() > found ? std::string() : quotes;
}

} // namespace

bool ends_the_listing(const Error& error) noexcept {
    return error.code == ErrorCode::unauthorized || error.code == ErrorCode::cancelled || error.code == ErrorCode::io;
}

Result<bool> find_all_songs(SubsonicClient& client, const MusicLibrary& music_library, std::uint64_t expected,
                            const std::stop_token& stop, const std::function<Result<void>(const ListedSong&)>& visitor) {
    const auto query = working_query(client, music_library, expected, stop);
    if (!query) {
        return tl::unexpected(query.error());
    }
    std::string first_of_page;
    for (std::uint64_t offset = 0;;) {
        if (stop.stop_requested()) {
            return fail(ErrorCode::cancelled, "The listing was cancelled.");
        }
        const auto page = page_of(client, music_library, *query, offset, stop);
        if (!page) {
            if (ends_the_listing(page.error().error)) {
                return tl::unexpected(page.error().error);
            }
            log::info("Songs are listed album by album: {}", page.error().error.message);
            return false;
        }
        if (page->empty()) {
            return true;
        }
        const std::string first = id_member(page->front(), "id");
        if (first == first_of_page || offset > k_most_songs) {
            return false; // the same page again
        }
        first_of_page = first;
        for (const json& entry : *page) {
            const auto song = read_song(entry);
            if (auto visited = song ? visitor(*song) : Result<void>(); !visited) {
                return fail(std::move(visited));
            }
        }
        offset += page->size();
    }
}

} // namespace audiomuse::library::detail
