#include <app/playlist_publisher.hpp>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include <base/hash.hpp>
#include <base/log.hpp>

namespace audiomuse::app {

namespace {

constexpr int k_most_rounds = 3;

/// The songs of `list` that `shown` lacks, when the others are there in their order and nothing else is.
std::optional<std::vector<std::string>> left_out(const std::vector<std::string>& shown, const std::vector<std::string>& list) {
    std::vector<std::string> missing;
    auto next = shown.begin();
    for (const std::string& song : list) {
        if (next != shown.end() && *next == song) {
            ++next;
        } else {
            missing.push_back(song);
        }
    }
    return next == shown.end() ? std::optional(std::move(missing)) : std::nullopt;
}

/// Entries of earlier programs hold a hash of the songs, or of name and songs.
bool has_old_hash(const PublishedPlaylist& entry, const SinkContent& shown) {
    const std::string songs = fmt::format("{}", fmt::join(shown.songs, "\n"));
    const std::vector<std::string> hashes{hash128_hex(songs), hash128_hex(shown.name + "\n" + songs)};
    return std::ranges::any_of(
        hashes, [&](const std::string& hash) { return std::ranges::find(entry.old_hashes, hash) != entry.old_hashes.end(); });
}

} // namespace

PlaylistPublisher::PlaylistPublisher(PlaylistStore& journal, PlaylistSink& sink, PlaylistOwner owner,
                                     std::vector<PublishedPlaylist> entries, std::vector<std::string>& notes,
                                     std::stop_token stop)
    : m_journal(journal), m_sink(sink), m_owner(std::move(owner)), m_entries(std::move(entries)), m_notes(notes),
      m_stop(std::move(stop)) {
    for (PublishedPlaylist& entry : m_entries) {
        entry.owner = m_owner; // those of earlier programs have none
    }
}

Result<void> PlaylistPublisher::recover(std::span<const Playlist> current) {
    for (auto entry = m_entries.begin(); entry != m_entries.end();) {
        if (std::ranges::find(current, entry->id, &Playlist::id) == current.end()) {
            m_broke_off.insert(entry->key);
        }
        if (!entry->external_id.empty()) {
            ++entry;
            continue;
        }
        const auto made = find_made(*entry);
        if (!made) {
            return tl::unexpected(made.error());
        }
        if (*made) {
            entry->external_id = (*made)->id;
            entry->others.clear();
            if (auto recorded = m_journal.record_published(*entry); !recorded) {
                return recorded;
            }
            ++entry;
            continue;
        }
        if (auto forgotten = m_journal.forget_published(entry->key); !forgotten) {
            return forgotten;
        }
        entry = m_entries.erase(entry);
    }
    return {};
}

Result<std::optional<SinkPlaylist>> PlaylistPublisher::find_made(const PublishedPlaylist& entry) {
    const auto ids = m_sink.ids_of_name(m_owner, entry.content.name, m_stop);
    if (!ids) {
        return tl::unexpected(ids.error());
    }
    for (const std::string& id : *ids) {
        const bool is_another = std::ranges::find(entry.others, id) != entry.others.end() ||
                                std::ranges::find(m_entries, id, &PublishedPlaylist::external_id) != m_entries.end();
        if (is_another) {
            continue;
        }
        auto shown = m_sink.read(m_owner, id, m_stop);
        if (!shown) {
            return shown;
        }
        const auto ours = *shown ? is_ours(entry, (*shown)->content) : Result<bool>(false);
        if (!ours) {
            return tl::unexpected(ours.error());
        }
        if (*ours) {
            return shown;
        }
    }
    return std::nullopt;
}

Result<bool> PlaylistPublisher::is_ours(const PublishedPlaylist& entry, const SinkContent& shown) {
    if (!entry.old_hashes.empty()) {
        return has_old_hash(entry, shown);
    }
    if (shown.name != entry.content.name) {
        return false;
    }
    if (shown.songs == entry.content.songs || (entry.next_songs && shown.songs == *entry.next_songs)) {
        return true;
    }
    if (entry.next_songs && shown.songs.empty()) {
        return true; // a server may empty a playlist that it is told to change; nothing of a person's is in it
    }
    for (const auto* list : {&entry.content.songs, entry.next_songs ? &*entry.next_songs : nullptr}) {
        const auto missing = list == nullptr ? std::nullopt : left_out(shown.songs, *list);
        if (missing) {
            const auto lost = m_sink.lost_songs(m_owner, *missing, m_stop);
            if (!lost) {
                return tl::unexpected(lost.error());
            }
            if (lost->size() == missing->size()) {
                return true;
            }
        }
    }
    return false;
}

std::optional<std::size_t> PlaylistPublisher::find_previous(const Playlist& playlist) const {
    std::optional<std::size_t> namesake;
    for (std::size_t i = m_entries.size(); i-- > 0;) {
        const PublishedPlaylist& entry = m_entries[i];
        if (m_kept.contains(entry.key)) {
            continue;
        }
        if (entry.id == playlist.id) {
            return i;
        }
        if (m_broke_off.contains(entry.key) && entry.content.name == playlist.name) {
            namesake = i;
        }
    }
    return namesake;
}

Result<void> PlaylistPublisher::publish(const Playlist& playlist) {
    if (m_stop.stop_requested()) {
        return fail(ErrorCode::cancelled, "Task was cancelled.");
    }
    auto content = m_sink.content_of(playlist);
    if (!content) {
        return fail(std::move(content));
    }
    if (const auto previous = find_previous(playlist)) {
        const auto updated = update(m_entries[*previous], playlist, *content);
        if (!updated || *updated) {
            return updated ? Result<void>{} : tl::unexpected(updated.error());
        }
    }
    return make(playlist, std::move(*content));
}

Result<bool> PlaylistPublisher::update(PublishedPlaylist& entry, const Playlist& playlist, const SinkContent& content) {
    auto shown = m_sink.read(m_owner, entry.external_id, m_stop);
    if (!shown) {
        return tl::unexpected(shown.error());
    }
    if (!*shown || (*shown)->content.name != content.name) {
        return false;
    }
    const auto ours = is_ours(entry, (*shown)->content);
    if (!ours || !*ours) {
        return ours;
    }
    entry.content = (*shown)->content;
    entry.next_songs.reset();
    entry.old_hashes.clear();
    const auto brought = bring_to(entry, std::move(**shown), content, content.songs.size());
    if (!brought || *brought == Brought::needs_new) {
        return brought ? Result<bool>(false) : tl::unexpected(brought.error());
    }
    entry.id = playlist.id;
    m_kept.insert(entry.key);
    return m_journal.record_published(entry).map([] { return true; });
}

Result<std::string> PlaylistPublisher::create(PublishedPlaylist& entry, SinkContent& content) {
    const std::size_t wanted = content.songs.size();
    const ChangeRecorder record = [&](const std::vector<std::string>& songs) {
        entry.content = {content.name, songs};
        return m_journal.record_published(entry);
    };
    auto id = m_sink.create(m_owner, content, record, m_stop);
    if (!id && id.error().code == ErrorCode::not_found) {
        if (auto left = leave_lost_out(content, content.songs, wanted, id.error()); !left) {
            return fail(std::move(left));
        }
        id = m_sink.create(m_owner, content, record, m_stop);
    }
    return id;
}

Result<void> PlaylistPublisher::make(const Playlist& playlist, SinkContent content) {
    auto namesakes = m_sink.ids_of_name(m_owner, content.name, m_stop);
    if (!namesakes) {
        return fail(std::move(namesakes));
    }
    PublishedPlaylist entry{.key = PublicationId(make_uuid()),
                            .id = playlist.id,
                            .owner = m_owner,
                            .external_id = {},
                            .content = {content.name, {}},
                            .others = std::move(*namesakes)};
    const std::size_t wanted = content.songs.size();
    const auto id = create(entry, content);
    if (!id) {
        return undo(std::move(entry), id.error());
    }
    entry.external_id = *id;
    entry.others.clear();
    if (auto recorded = m_journal.record_published(entry); !recorded) {
        return undo(std::move(entry), recorded.error());
    }
    auto shown = look(*id, content.name);
    if (!shown) {
        return undo(std::move(entry), shown.error());
    }
    entry.content = shown->content;
    const std::string name = content.name;
    const auto brought = bring_to(entry, std::move(*shown), std::move(content), wanted);
    if (!brought) {
        return undo(std::move(entry), brought.error());
    }
    if (*brought == Brought::needs_new) {
        return undo(std::move(entry), {ErrorCode::conflict, fmt::format("{} does not keep the songs of the new playlist \"{}\".",
                                                                        m_sink.name(), name)});
    }
    m_kept.insert(entry.key);
    m_entries.push_back(std::move(entry));
    return {};
}

Result<PlaylistPublisher::Brought> PlaylistPublisher::bring_to(PublishedPlaylist& entry, SinkPlaylist shown, SinkContent content,
                                                               std::size_t wanted) {
    const ChangeRecorder record = [&](const std::vector<std::string>& songs) {
        if (entry.next_songs) {
            entry.content.songs = std::move(*entry.next_songs);
        }
        entry.next_songs = songs;
        return m_journal.record_published(entry);
    };
    for (int round = 1; round <= k_most_rounds; ++round) {
        const auto outcome = m_sink.update(m_owner, shown, content.songs, record, m_stop);
        if (outcome && *outcome == UpdateOutcome::needs_new) {
            return Brought::needs_new;
        }
        if (outcome && *outcome == UpdateOutcome::refused) {
            m_notes.push_back(refusal(entry, "changed"));
            return Brought::needs_new;
        }
        if (!outcome && outcome.error().code == ErrorCode::conflict) {
            log::warn("{}", outcome.error().message);
            return Brought::needs_new; // the entry says what is ours, and the other one is not
        }
        const bool song_refused = !outcome && outcome.error().code == ErrorCode::not_found;
        if (song_refused) {
            if (auto left = leave_lost_out(content, content.songs, wanted, outcome.error()); !left) {
                return fail(std::move(left));
            }
        }
        if (!outcome || *outcome == UpdateOutcome::updated) {
            auto now = outcome || song_refused ? look(shown.id, content.name) : look_after_failure(shown, outcome.error());
            if (!now) {
                return fail(std::move(now));
            }
            shown = std::move(*now);
            entry.content = shown.content;
            entry.next_songs.reset();
            if (!outcome && !song_refused && shown.content.songs != content.songs) {
                return m_journal.record_published(entry).map([] { return Brought::needs_new; });
            }
        }
        if (!song_refused) {
            if (auto reduced = compare(shown.content, content, wanted); !reduced) {
                return fail(std::move(reduced));
            }
        }
        if (shown.content.songs == content.songs) {
            if (content.songs.size() < wanted) {
                m_notes.push_back(fmt::format("The playlist \"{}\" has {} of its {} songs on {}, which does not take the others.",
                                              content.name, content.songs.size(), wanted, m_sink.name()));
            }
            entry.content = shown.content;
            entry.next_songs.reset();
            return m_journal.record_published(entry).map([] { return Brought::done; });
        }
    }
    return tl::unexpected(other_songs(shown.content, content));
}

Result<void> PlaylistPublisher::compare(const SinkContent& shown, SinkContent& content, std::size_t wanted) {
    if (shown.songs == content.songs) {
        return {};
    }
    const std::unordered_set<std::string> there(shown.songs.begin(), shown.songs.end());
    std::vector<std::string> missing;
    std::ranges::copy_if(content.songs, std::back_inserter(missing),
                         [&](const std::string& song) { return !there.contains(song); });
    if (missing.empty()) {
        return tl::unexpected(other_songs(shown, content));
    }
    if (auto left = leave_lost_out(content, missing, wanted, other_songs(shown, content)); left) {
        return {};
    } else if (left.error().code != ErrorCode::conflict || shown.songs.empty() || !left_out(shown.songs, content.songs)) {
        return left;
    }
    content.songs = shown.songs; // it has the songs and does not take them into a playlist
    return {};
}

Error PlaylistPublisher::other_songs(const SinkContent& shown, const SinkContent& content) const {
    return {ErrorCode::conflict, fmt::format("{} keeps {} songs in the playlist \"{}\" that are not the {} that were sent.",
                                             m_sink.name(), shown.songs.size(), content.name, content.songs.size())};
}

Result<SinkPlaylist> PlaylistPublisher::look(const std::string& id, const std::string& name) {
    auto shown = m_sink.read(m_owner, id, m_stop);
    if (!shown) {
        return fail(std::move(shown));
    }
    if (!*shown) {
        return fail(ErrorCode::conflict,
                    fmt::format("{} does not show the playlist \"{}\" that was just written.", m_sink.name(), name));
    }
    return std::move(**shown);
}

Result<SinkPlaylist> PlaylistPublisher::look_after_failure(const SinkPlaylist& before, Error failure) {
    if (failure.code == ErrorCode::cancelled || failure.code == ErrorCode::unauthorized) {
        return tl::unexpected(std::move(failure));
    }
    auto now = m_sink.read(m_owner, before.id, m_stop);
    if (!now || !*now || (*now)->content == before.content) {
        return tl::unexpected(std::move(failure)); // the next run goes on
    }
    log::warn("A change of the playlist \"{}\" failed: {}", before.content.name, failure.message);
    return std::move(**now);
}

Result<void> PlaylistPublisher::leave_lost_out(SinkContent& content, const std::vector<std::string>& suspects, std::size_t wanted,
                                               Error otherwise) {
    const auto lost = m_sink.lost_songs(m_owner, suspects, m_stop);
    if (!lost || lost->empty()) {
        return tl::unexpected(!lost && lost.error().code == ErrorCode::cancelled ? lost.error() : std::move(otherwise));
    }
    const std::unordered_set<std::string> gone(lost->begin(), lost->end());
    std::erase_if(content.songs, [&](const std::string& song) { return gone.contains(song); });
    if (content.songs.empty()) {
        return fail(ErrorCode::not_found,
                    fmt::format("{} has none of the {} songs of the playlist \"{}\".", m_sink.name(), wanted, content.name));
    }
    return {};
}

tl::unexpected<Error> PlaylistPublisher::undo(PublishedPlaylist entry, Error failure) {
    if (m_stop.stop_requested()) {
        return tl::unexpected(std::move(failure));
    }
    if (entry.external_id.empty()) {
        const auto made = find_made(entry);
        if (made && !*made) {
            if (!m_journal.forget_published(entry.key)) {
                log::warn("What is left of the playlist \"{}\" is looked for again in the next run.", entry.content.name);
            }
            return tl::unexpected(std::move(failure));
        }
        if (made) {
            entry.external_id = (*made)->id;
        }
    }
    if (entry.external_id.empty() || !remove(entry)) {
        log::warn("The unfinished playlist \"{}\" may be left in {}; the next run removes it.", entry.content.name,
                  m_sink.name());
    }
    return tl::unexpected(std::move(failure));
}

std::string PlaylistPublisher::refusal(const PublishedPlaylist& entry, std::string_view what) const {
    return fmt::format("{} does not let the playlist \"{}\" be {}: it seems to belong to another user now. Remove it there by "
                       "hand, or use the credentials of its owner or of an administrator.",
                       m_sink.name(), entry.content.name.empty() ? entry.external_id : entry.content.name, what);
}

Result<void> PlaylistPublisher::remove(const PublishedPlaylist& entry) {
    const auto shown = m_sink.read(m_owner, entry.external_id, m_stop);
    if (!shown) {
        return tl::unexpected(shown.error());
    }
    const auto ours = *shown ? is_ours(entry, (*shown)->content) : Result<bool>(false);
    if (!ours) {
        return tl::unexpected(ours.error());
    }
    if (*ours) {
        const auto outcome = m_sink.remove(m_owner, **shown, m_stop);
        if (!outcome) {
            return tl::unexpected(outcome.error());
        }
        if (*outcome == RemovalOutcome::refused) {
            m_notes.push_back(refusal(entry, "removed"));
            return {};
        }
    } else if (*shown) {
        m_notes.push_back(fmt::format("The playlist \"{}\" was changed by a person and stays.", (*shown)->content.name));
    }
    return m_journal.forget_published(entry.key);
}

Result<void> PlaylistPublisher::remove_rest() {
    for (const PublishedPlaylist& entry : m_entries) {
        if (m_kept.contains(entry.key)) {
            continue;
        }
        if (auto removed = remove(entry); !removed) {
            if (m_stop.stop_requested()) {
                return removed;
            }
            m_notes.push_back(fmt::format("The old playlist \"{}\" could not be removed now; the next run tries again. {}",
                                          entry.content.name.empty() ? entry.external_id : entry.content.name,
                                          removed.error().message));
        }
    }
    return {};
}

} // namespace audiomuse::app
