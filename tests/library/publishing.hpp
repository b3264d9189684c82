#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <app/playlist_publisher.hpp>
#include <support/fake_playlist_store.hpp>

namespace audiomuse::test {

/// What came of a playlist that was to be removed.
enum class Removed { gone, kept_because_changed, still_ours };

/// Publishes single playlists through a sink, as a run does.
class Publishing {
  public:
    /// The sink must outlive this.
    explicit Publishing(PlaylistSink& sink) : m_sink(sink) {}

    /// `previous` is what an earlier call returned; removed when it is not continued.
    Result<PublishedPlaylist> publish(const Playlist& playlist, const std::optional<PublishedPlaylist>& previous) {
        FakePlaylistStore journal;
        auto done = with(journal, previous, [&](app::PlaylistPublisher& publisher) {
            return publisher.publish(playlist).and_then([&] { return publisher.remove_rest(); });
        });
        if (!done) {
            return fail(std::move(done));
        }
        const auto entries = journal.published().value();
        const auto found = std::ranges::find(entries, playlist.id, &PublishedPlaylist::id);
        return found == entries.end() ? Result<PublishedPlaylist>(fail(ErrorCode::internal, "It is not in the journal."))
                                      : Result<PublishedPlaylist>(*found);
    }

    Result<Removed> remove(const PublishedPlaylist& playlist) {
        FakePlaylistStore journal;
        notes.clear();
        auto done = with(journal, playlist, [](app::PlaylistPublisher& publisher) { return publisher.remove_rest(); });
        if (!done) {
            return fail(std::move(done));
        }
        const bool kept = std::ranges::any_of(
            notes, [](const std::string& note) { return note.find("changed by a person") != std::string::npos; });
        return !journal.published()->empty() ? Removed::still_ours : kept ? Removed::kept_because_changed : Removed::gone;
    }

    std::vector<std::string> notes; ///< of all calls, or since the last remove()

  private:
    template <class Action>
    Result<void> with(FakePlaylistStore& journal, const std::optional<PublishedPlaylist>& entry, Action action) {
        std::vector<PublishedPlaylist> entries;
        if (entry) {
            entries.push_back(*entry);
            (void)journal.record_published(*entry);
        }
        const auto owners = m_sink.owners({});
        if (!owners) {
            return tl::unexpected(owners.error());
        }
        app::PlaylistPublisher publisher(journal, m_sink, owners->front(), std::move(entries), notes, {});
        return publisher.recover({}).and_then([&] { return action(publisher); });
    }

    PlaylistSink& m_sink;
};

/// A journal entry as a test needs it.
inline PublishedPlaylist entry_of(const std::string& external_id, SinkContent content = {}) {
    return {.key = PublicationId("key"),
            .id = PlaylistId("x"),
            .owner = {},
            .external_id = external_id,
            .content = std::move(content)};
}

} // namespace audiomuse::test
