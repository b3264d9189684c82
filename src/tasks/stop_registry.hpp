#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include <domain/task.hpp>

namespace audiomuse::tasks {

/// The stop signals of the tasks that are in hand right now. Thread-safe.
class StopRegistry {
  public:
    /// The token of a task from now until forget(). It fires with that of its parent, too.
    [[nodiscard]] std::stop_token add(const TaskId& id, const std::optional<TaskId>& parent) {
        const std::lock_guard lock(m_mutex);
        Entry& entry = m_entries[id];
        entry.parent = parent;
        if (parent) {
            const auto found = m_entries.find(*parent);
            if (found != m_entries.end() && found->second.source.stop_requested()) {
                entry.source.request_stop();
            }
        }
        return entry.source.get_token();
    }
    void forget(const TaskId& id) {
        const std::lock_guard lock(m_mutex);
        m_entries.erase(id);
    }
    /// Fires the token of the task and of its children. Does nothing for a task that is not in hand.
    void request_stop(const TaskId& id) {
        stop_where([&](const TaskId& key, const Entry& entry) { return key == id || entry.parent == id; });
    }
    void request_stop_all() {
        stop_where([](const TaskId&, const Entry&) { return true; });
    }

  private:
    struct Entry {
        std::stop_source source;
        std::optional<TaskId> parent;
    };

    template <class Predicate>
    void stop_where(Predicate matches) {
        std::vector<std::stop_source> sources;
        {
            const std::lock_guard lock(m_mutex);
            for (const auto& [id, entry] : m_entries) {
                if (matches(id, entry)) {
                    sources.push_back(entry.source);
                }
            }
        }
        for (std::stop_source& source : sources) {
            source.request_stop(); // its callbacks run outside the lock
        }
    }

    std::mutex m_mutex;
    std::map<TaskId, Entry> m_entries;
};

} // namespace audiomuse::tasks
