#include <app/publish_playlists.hpp>

#include <algorithm>
#include <deque>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include <app/playlist_publisher.hpp>
#include <base/clock.hpp>
#include <base/id.hpp>
#include <base/text.hpp>
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

/// The publishers of one run: of those who get the playlists, and of those who got them with other settings.
struct Publishers {
    std::deque<PlaylistPublisher> wanted;
    std::deque<PlaylistPublisher> dropped;
};

Result<Publishers> make_publishers(PlaylistStore& store, PlaylistSink& sink, std::span<const Playlist> last,
                                   std::vector<std::string>& notes, const std::stop_token& stop) {
    const auto owners = sink.owners(stop);
    if (!owners) {
        return tl::unexpected(owners.error());
    }
    auto published = store.published();
    if (!published) {
        return fail(std::move(published));
    }
    std::vector<PlaylistOwner> all = *owners;
    for (const PublishedPlaylist& entry : *published) {
        if (entry.owner.sink == owners->front().sink && std::ranges::find(all, entry.owner) == all.end()) {
            all.push_back(entry.owner);
        }
    }
    Publishers publishers;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!sink.can_act_for(all[i])) {
            const std::string user =
                all[i].user.empty() ? "the former API key" : fmt::format("\"{}\"", to_display_text(all[i].user));
            notes.push_back(fmt::format("The playlists of {0} stay on {1}, and stay remembered: only the credentials of {0} can "
                                        "change them. Remove them there by hand, or cluster once with those.",
                                        user, sink.name()));
            continue;
        }
        std::vector<PublishedPlaylist> entries;
        std::ranges::copy_if(*published, std::back_inserter(entries), [&](const PublishedPlaylist& entry) {
            return entry.owner == all[i] || (i == 0 && entry.owner == PlaylistOwner{}); // those of earlier programs
        });
        const bool is_wanted = i < owners->size();
        auto& group = is_wanted ? publishers.wanted : publishers.dropped;
        group.emplace_back(store, sink, all[i], std::move(entries), notes, stop);
        if (auto recovered = group.back().recover(last); !recovered) {
            if (is_wanted || stop.stop_requested()) {
                return fail(std::move(recovered));
            }
            notes.push_back(
                "The playlists of a user who no longer gets them could not be removed now; the next run tries again. " +
                recovered.error().message);
            group.pop_back();
        }
    }
    return publishers;
}

/// What is new first: when that fails, what is there is as it was.
Result<void> publish_all(std::span<const Playlist> rows, std::deque<PlaylistPublisher>& publishers) {
    std::vector<std::pair<PlaylistPublisher*, const Playlist*>> updates;
    for (PlaylistPublisher& publisher : publishers) {
        for (const Playlist& row : rows) {
            if (publisher.continues(row)) {
                updates.emplace_back(&publisher, &row);
            } else if (auto made = publisher.publish(row); !made) {
                return made;
            }
        }
    }
    for (const auto& [publisher, row] : updates) {
        if (auto updated = publisher->publish(*row); !updated) {
            return updated;
        }
    }
    return {};
}

} // namespace

Result<std::vector<std::string>> publish_playlists(std::span<const playlists::ProposedPlaylist> proposed,
                                                   std::span<const playlists::TrackFeatures> tracks, PlaylistStore& store,
                                                   PlaylistSink& sink, const std::stop_token& stop) {
    auto last = store.current();
    if (!last) {
        return fail(std::move(last));
    }
    const std::vector<Playlist> rows = make_rows(proposed, tracks, *last);

    std::vector<std::string> notes;
    auto publishers = make_publishers(store, sink, *last, notes, stop);
    if (!publishers) {
        return fail(std::move(publishers));
    }
    if (auto done = publish_all(rows, publishers->wanted); !done) {
        return fail(std::move(done));
    }
    if (auto replaced = store.replace(rows); !replaced) {
        return fail(std::move(replaced));
    }
    for (auto* group : {&publishers->wanted, &publishers->dropped}) {
        for (PlaylistPublisher& publisher : *group) {
            if (auto removed = publisher.remove_rest(); !removed) {
                return fail(std::move(removed));
            }
        }
    }
    return notes;
}

} // namespace audiomuse::app
