#pragma once

#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <domain/playlist_sink.hpp>
#include <domain/playlist_store.hpp>

namespace audiomuse::app {

/// Keeps the playlists of one owner in a sink, with the store as journal: what a change will leave is recorded before the change.
/// So, whenever the program dies or an answer is lost, the next run tells what is ours from what a person made or changed.
///
/// A playlist is ours while its name and songs are what the journal says, apart from songs that the sink itself has lost. Ours
/// are updated in place where they continue, and else removed by remove_rest(); any other belongs to a person, is never touched,
/// and leaves the journal.
///
/// Call recover(), then the others in any order. Errors are those of sink and store; cancelled when `stop` asked for it.
class PlaylistPublisher {
  public:
    /// All references must outlive this object. `entries` are those of the owner. `notes` takes a sentence for each thing worth
    /// telling.
    PlaylistPublisher(PlaylistStore& journal, PlaylistSink& sink, PlaylistOwner owner, std::vector<PublishedPlaylist> entries,
                      std::vector<std::string>& notes, std::stop_token stop);

    /// Finds what a run that broke off was making. `current` are the playlists of the last whole run: what belongs to another
    /// broke off.
    [[nodiscard]] Result<void> recover(std::span<const Playlist> current);

    /// Whether publish() would begin with something that is there, by the journal.
    [[nodiscard]] bool continues(const Playlist& playlist) const { return find_previous(playlist).has_value(); }

    /// Makes the playlist complete before it returns: of the one that it continues, else anew.
    [[nodiscard]] Result<void> publish(const Playlist& playlist);

    /// Removes what publish() did not touch. Something that cannot be removed now is left to the next run.
    [[nodiscard]] Result<void> remove_rest();

  private:
    enum class Brought { done, needs_new };

    [[nodiscard]] std::optional<std::size_t> find_previous(const Playlist& playlist) const;
    [[nodiscard]] Result<bool> is_ours(const PublishedPlaylist& entry, const SinkContent& shown);
    [[nodiscard]] Result<std::optional<SinkPlaylist>> find_made(const PublishedPlaylist& entry);
    [[nodiscard]] Result<bool> update(PublishedPlaylist& entry, const Playlist& playlist, const SinkContent& content);
    [[nodiscard]] Result<void> make(const Playlist& playlist, SinkContent content);
    [[nodiscard]] Result<std::string> create(PublishedPlaylist& entry, SinkContent& content);
    /// `wanted`: how many songs the content had before any were left out.
    [[nodiscard]] Result<Brought> bring_to(PublishedPlaylist& entry, SinkPlaylist shown, SinkContent content, std::size_t wanted);
    [[nodiscard]] Result<SinkPlaylist> look(const std::string& id, const std::string& name);
    /// After an update that failed: the playlist as it is now, unless nothing was changed or nothing can be known.
    [[nodiscard]] Result<SinkPlaylist> look_after_failure(const SinkPlaylist& before, Error failure);
    /// Takes out of the content what the sink has lost or does not take. Error when it shows others, or none.
    [[nodiscard]] Result<void> compare(const SinkContent& shown, SinkContent& content, std::size_t wanted);
    [[nodiscard]] Error other_songs(const SinkContent& shown, const SinkContent& content) const;
    /// Takes those of the suspects that the sink has lost out of the content. Error `otherwise` when it has lost none, not_found
    /// when no song is left.
    [[nodiscard]] Result<void> leave_lost_out(SinkContent& content, const std::vector<std::string>& suspects, std::size_t wanted,
                                              Error otherwise);
    /// As much as can be done now about what was being made when `failure` came. Returns the failure.
    [[nodiscard]] tl::unexpected<Error> undo(PublishedPlaylist entry, Error failure);
    [[nodiscard]] Result<void> remove(const PublishedPlaylist& entry);
    [[nodiscard]] std::string refusal(const PublishedPlaylist& entry, std::string_view what) const;

    PlaylistStore& m_journal;
    PlaylistSink& m_sink;
    PlaylistOwner m_owner;
    std::vector<PublishedPlaylist> m_entries;
    std::vector<std::string>& m_notes;
    std::stop_token m_stop;
    std::set<PublicationId> m_broke_off; ///< of no whole run
    std::set<PublicationId> m_kept;      ///< of this run
};

} // namespace audiomuse::app
