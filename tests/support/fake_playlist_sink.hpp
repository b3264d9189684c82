#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <domain/playlist_sink.hpp>

namespace audiomuse::test {

/// A playlist sink in memory that behaves like a server: every call is one or more requests, and each may fail as a test says.
class FakePlaylistSink final : public PlaylistSink {
  public:
    struct Stored {
        std::string user;
        SinkContent content;
        bool is_foreign = false; ///< nobody may change or remove it
    };
    enum class Fate {
        answered,
        not_sent,   ///< the request never arrives
        answer_lost ///< it arrives and is done, but the answer does not come
    };

    /// As a person would, by hand; the key is the external id.
    std::map<std::string, Stored>& contents() { return m_contents; }
    std::set<std::string>& lost() { return m_lost; } ///< songs that the server does not have (any more)
    void fail_with(std::optional<Error> error) { m_error = std::move(error); }
    /// Called for each request; may throw in place of the whole program's death.
    void set_fate(std::function<Fate(int number)> fate) {
        m_fate = std::move(fate);
        m_requests = 0;
    }
    /// Called after a request was done and before its answer: a throw there is a death with the answer on its way.
    void set_after_action(std::function<void(int number)> after) { m_after_action = std::move(after); }
    [[nodiscard]] int requests() const { return m_requests; }
    /// What was done, in order: "create A", "update A", "remove B".
    std::vector<std::string>& events() { return m_events; }

    std::vector<std::string> users{""};
    bool acts_for_all = true;        ///< else for the first user only
    std::size_t batch = 1'000;       ///< songs of a request
    bool only_adds = false;          ///< as with an API key
    bool empties_on_lost = false;    ///< says ok and makes the playlist empty when a song is unknown
    bool refuses_lost = false;       ///< refuses a request with an unknown song
    std::set<std::string> ignores{}; ///< songs that it has but takes into no playlist

    [[nodiscard]] std::string name() const override { return "the fake sink"; }

    [[nodiscard]] bool can_act_for(const PlaylistOwner& owner) const override {
        return acts_for_all || owner.user == users.front();
    }

    [[nodiscard]] Result<std::vector<PlaylistOwner>> owners(std::stop_token stop) override {
        return request<std::vector<PlaylistOwner>>(stop, [&] {
            std::vector<PlaylistOwner> owners;
            for (const std::string& user : users) {
                owners.push_back({"fake", user});
            }
            return owners;
        });
    }

    [[nodiscard]] Result<SinkContent> content_of(const Playlist& playlist) const override {
        SinkContent content{playlist.name, {}};
        for (const PlaylistSong& song : playlist.songs) {
            content.songs.push_back(song.id.str());
        }
        return content;
    }

    [[nodiscard]] Result<std::vector<std::string>> ids_of_name(const PlaylistOwner& owner, const std::string& name,
                                                               std::stop_token stop) override {
        return request<std::vector<std::string>>(stop, [&] {
            std::vector<std::string> ids;
            for (const auto& [id, stored] : m_contents) {
                if (stored.user == owner.user && stored.content.name == name) {
                    ids.push_back(id);
                }
            }
            return ids;
        });
    }

    [[nodiscard]] Result<std::optional<SinkPlaylist>> read(const PlaylistOwner& owner, const std::string& id,
                                                           std::stop_token stop) override {
        return request<std::optional<SinkPlaylist>>(stop, [&]() -> std::optional<SinkPlaylist> {
            const auto found = m_contents.find(id);
            if (found == m_contents.end() || found->second.user != owner.user) {
                return std::nullopt;
            }
            SinkPlaylist shown{.id = id, .content = found->second.content};
            std::erase_if(shown.content.songs, [&](const std::string& song) { return m_lost.contains(song); });
            return shown;
        });
    }

    [[nodiscard]] Result<std::string> create(const PlaylistOwner& owner, const SinkContent& content, const ChangeRecorder& record,
                                             std::stop_token stop) override {
        const auto end = content.songs.begin() + static_cast<std::ptrdiff_t>(std::min(batch, content.songs.size()));
        const std::vector<std::string> first(content.songs.begin(), end);
        if (auto recorded = record(first); !recorded) {
            return fail(std::move(recorded));
        }
        if (is_refused(first)) {
            return fail(ErrorCode::not_found, "A song is not known.");
        }
        return request<std::string>(stop, [&] {
            const std::string id = fmt::format("p{}", ++m_last_number);
            m_contents[id] = {owner.user, {content.name, taken({}, first)}};
            m_events.push_back("create " + content.name);
            return id;
        });
    }

    [[nodiscard]] Result<UpdateOutcome> update(const PlaylistOwner& /*owner*/, const SinkPlaylist& present,
                                               const std::vector<std::string>& songs, const ChangeRecorder& record,
                                               std::stop_token stop) override {
        std::vector<std::string> now = present.content.songs;
        if (now == songs) {
            return UpdateOutcome::unchanged;
        }
        const auto [kept, rest] = std::ranges::mismatch(now, songs);
        const auto to_remove = static_cast<std::size_t>(now.end() - kept);
        if (only_adds && to_remove > 0) {
            return UpdateOutcome::needs_new;
        }
        std::vector<std::string> to_add(rest, songs.end());
        const auto keep = static_cast<std::ptrdiff_t>(kept - now.begin());
        for (std::size_t at = 0; at < to_add.size(); at += batch) {
            const auto from = to_add.begin() + static_cast<std::ptrdiff_t>(at);
            const std::vector<std::string> part(from, from + static_cast<std::ptrdiff_t>(std::min(batch, to_add.size() - at)));
            now.insert(now.end(), part.begin(), part.end());
            auto added = change(present.id, now, record, stop, part);
            if (!added || *added == UpdateOutcome::refused) {
                return added;
            }
        }
        if (to_remove > 0) {
            now.erase(now.begin() + keep, now.begin() + keep + static_cast<std::ptrdiff_t>(to_remove));
            return change(present.id, now, record, stop, {});
        }
        return UpdateOutcome::updated;
    }

    [[nodiscard]] Result<RemovalOutcome> remove(const PlaylistOwner& /*owner*/, const SinkPlaylist& present,
                                                std::stop_token stop) override {
        return request<RemovalOutcome>(stop, [&] {
            const auto found = m_contents.find(present.id);
            if (found == m_contents.end()) {
                return RemovalOutcome::already_gone;
            }
            if (found->second.is_foreign) {
                return RemovalOutcome::refused;
            }
            m_events.push_back("remove " + found->second.content.name);
            m_contents.erase(found);
            return RemovalOutcome::removed;
        });
    }

    [[nodiscard]] Result<std::vector<std::string>> lost_songs(const PlaylistOwner& /*owner*/, std::span<const std::string> songs,
                                                              std::stop_token stop) override {
        return request<std::vector<std::string>>(stop, [&] {
            std::vector<std::string> lost;
            std::ranges::copy_if(songs, std::back_inserter(lost), [&](const std::string& song) { return m_lost.contains(song); });
            return lost;
        });
    }

  private:
    template <class T, class Action>
    Result<T> request(const std::stop_token& stop, Action action) {
        if (stop.stop_requested()) {
            return fail(ErrorCode::cancelled, "It was cancelled.");
        }
        if (m_error) {
            return tl::unexpected(*m_error);
        }
        ++m_requests;
        const Fate fate = m_fate ? m_fate(m_requests) : Fate::answered;
        if (fate == Fate::not_sent) {
            return fail(ErrorCode::unavailable, "No connection.");
        }
        T result = action();
        if (m_after_action) {
            m_after_action(m_requests);
        }
        if (fate == Fate::answer_lost) {
            return fail(ErrorCode::unavailable, "The connection was cut.");
        }
        return result;
    }

    Result<UpdateOutcome> change(const std::string& id, const std::vector<std::string>& songs, const ChangeRecorder& record,
                                 const std::stop_token& stop, const std::vector<std::string>& added) {
        if (auto recorded = record(songs); !recorded) {
            return fail(std::move(recorded));
        }
        if (is_refused(added)) {
            return fail(ErrorCode::not_found, "A song is not known.");
        }
        return request<UpdateOutcome>(stop, [&] {
            Stored& stored = m_contents.at(id);
            if (stored.is_foreign) {
                return UpdateOutcome::refused;
            }
            stored.content.songs = taken(stored.content.songs, songs);
            m_events.push_back("update " + stored.content.name);
            return UpdateOutcome::updated;
        });
    }

    [[nodiscard]] bool is_refused(const std::vector<std::string>& songs) const {
        return refuses_lost && std::ranges::any_of(songs, [&](const std::string& song) { return m_lost.contains(song); });
    }

    [[nodiscard]] std::vector<std::string> taken(const std::vector<std::string>& before, std::vector<std::string> songs) const {
        const auto is_new_and_lost = [&](const std::string& song) {
            return m_lost.contains(song) && std::ranges::find(before, song) == before.end();
        };
        if (empties_on_lost && std::ranges::any_of(songs, is_new_and_lost)) {
            return {};
        }
        std::erase_if(songs, [&](const std::string& song) { return is_new_and_lost(song) || ignores.contains(song); });
        return songs;
    }

    std::map<std::string, Stored> m_contents;
    std::set<std::string> m_lost;
    std::optional<Error> m_error;
    std::function<Fate(int)> m_fate;
    std::function<void(int)> m_after_action;
    std::vector<std::string> m_events;
    int m_requests = 0;
    int m_last_number = 0;
};

} // namespace audiomuse::test
