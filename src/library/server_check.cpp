#include <library/server_check.hpp>

#include <cctype>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace audiomuse::library {

namespace {

constexpr const char* k_trial_name = "audiomuse connection check";

/// With a capital at its begin and a full stop at its end.
std::string sentence(std::string text) {
    if (!text.empty()) {
        text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
        if (constexpr std::string_view k_ends = ".!?"; k_ends.find(text.back()) == std::string_view::npos) {
            text += '.';
        }
    }
    return text;
}

} // namespace

Finding try_playlist(PlaylistSink& sink, const Track& track, const std::stop_token& stop) {
    Playlist playlist;
    playlist.name = k_trial_name;
    playlist.songs = {{track.id, track.title, track.artist, track.path, 0}};
    const auto not_made = [](const Error& error) {
        return Finding{FindingLevel::bad, sentence(fmt::format("Playlists cannot be made: {}", error.message))};
    };
    const auto not_removed = [](const std::string& why) {
        return Finding{FindingLevel::bad,
                       sentence(fmt::format("The playlist \"{}\" was made but cannot be removed{}", k_trial_name, why))};
    };
    const auto owners = sink.owners(stop);
    if (!owners) {
        return not_made(owners.error());
    }
    const auto content = sink.content_of(playlist);
    if (!content) {
        return not_made(content.error());
    }
    for (const PlaylistOwner& owner : *owners) {
        const auto made = sink.create(
            owner, *content, [](const auto&) { return Result<void>{}; }, stop);
        if (!made) {
            return not_made(made.error());
        }
        const auto shown = sink.read(owner, *made, stop);
        if (!shown || !*shown) {
            return not_removed(shown ? std::string(": it is not shown.") : ": " + shown.error().message);
        }
        const auto removed = sink.remove(owner, **shown, stop);
        if (!removed || *removed == RemovalOutcome::refused) {
            return not_removed(removed ? std::string(".") : ": " + removed.error().message);
        }
    }
    return {FindingLevel::good, "Playlists can be made and removed."};
}

ServerCheck check_by_use(MusicSource& source, PlaylistSink& sink, PlaylistTrial trial, std::stop_token stop) {
    ServerCheck check;
    std::optional<Track> first;
    const auto listing = source.visit_albums(
        {.newest = 1},
        [&](const Album&, std::span<const Track> tracks) {
            if (!first && !tracks.empty()) {
                first = tracks.front();
            }
            return Result<void>{};
        },
        stop);
    if (!listing) {
        check.findings.push_back({FindingLevel::bad, sentence(listing.error().message)});
        return check;
    }
    check.findings.push_back(
        {FindingLevel::good, sentence(fmt::format("{} answers, and the credentials are accepted.", source.name()))});
    if (!first) {
        check.findings.push_back({FindingLevel::bad, "There is no song in the music libraries."});
        return check;
    }
    if (const auto input = source.open(*first, stop); !input) {
        check.findings.push_back(
            {FindingLevel::bad, sentence(fmt::format("A song cannot be fetched: {}", input.error().reason))});
    } else {
        check.findings.push_back({FindingLevel::good, "Songs can be fetched."});
    }
    if (trial == PlaylistTrial::make_and_remove) {
        check.findings.push_back(try_playlist(sink, *first, stop));
    }
    return check;
}

} // namespace audiomuse::library
