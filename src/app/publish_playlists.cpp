#include <app/publish_playlists.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include <base/clock.hpp>
#include <base/id.hpp>
#include <playlists/continuation.hpp>

namespace audiomuse::app {

namespace {

/// The new playlists as they are stored; one that continues an old one has its id and its time of creation.
std::vector<Playlist> make_rows(std::span<const playlists::ProposedPlaylist> proposed,
                                std::span<const playlists::TrackFeatures> tracks, const std::vector<Playlist>& last) {
    std::vector<playlists::PreviousPlaylist> previous;
    for (const Playlist& playlist : last) {
        playlists::PreviousPlaylist entry{playlist.id, {playlist.name, {}}};
        for (const PlaylistSong& song : playlist.songs) {
            entry.content.songs.push_back(song.id);
        }
        previous.push_back(std::move(entry));
    }
    std::vector<Playlist> rows;
    std::vector<playlists::PlaylistContent> contents;
    for (const playlists::ProposedPlaylist& proposal : proposed) {
        Playlist row;
        row.name = proposal.name;
        playlists::PlaylistContent content{proposal.name, {}};
        for (const std::size_t index : proposal.tracks) {
            const playlists::TrackFeatures& track = tracks[index];
            row.songs.push_back({track.id, track.title, track.artist, track.path, track.duration_s});
            content.songs.push_back(track.id);
        }
        rows.push_back(std::move(row));
        contents.push_back(std::move(content));
    }
    const playlists::Continuation continuation = playlists::continue_playlists(previous, contents);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto old = continuation.previous[i];
        rows[i].id = old ? last[*old].id : PlaylistId(make_uuid());
        rows[i].created = old ? last[*old].created : utc_now();
    }
    return rows;
}

} // namespace

Result<std::vector<std::string>> publish_playlists(std::span<const playlists::ProposedPlaylist> proposed,
                                                   std::span<const playlists::TrackFeatures> tracks, PlaylistStore& store,
                                                   PlaylistSink& sink) {
    auto last = store.current();
    if (!last) {
        return fail(std::move(last));
    }
    auto published = store.published();
    if (!published) {
        return fail(std::move(published));
    }
    const std::vector<Playlist> rows = make_rows(proposed, tracks, *last);

    std::vector<std::string> notes;
    std::set<std::string> in_use;
    for (const Playlist& row : rows) {
        std::optional<PublishedPlaylist> previous;
        const auto found = std::ranges::find(*published, row.id, &PublishedPlaylist::id);
        if (found != published->end()) {
            previous = *found;
        }
        auto now = sink.publish(row, previous);
        if (!now) {
            return fail(std::move(now));
        }
        if (auto recorded = store.record_published(*now); !recorded) {
            return fail(std::move(recorded));
        }
        in_use.insert(now->external_id);
    }
    if (auto replaced = store.replace(rows); !replaced) {
        return fail(std::move(replaced));
    }
    for (const PublishedPlaylist& old : *published) {
        if (in_use.contains(old.external_id)) {
            continue;
        }
        auto outcome = sink.remove(old);
        if (!outcome) {
            notes.push_back("The old playlist " + old.external_id + " could not be removed now; the next run tries again. " +
                            outcome.error().message);
            continue;
        }
        if (*outcome == RemovalOutcome::kept_because_changed) {
            notes.push_back("The playlist " + old.external_id + " was changed by a person and stays.");
        }
        if (auto forgotten = store.forget_published(old.external_id); !forgotten) {
            return fail(std::move(forgotten));
        }
    }
    return notes;
}

} // namespace audiomuse::app
