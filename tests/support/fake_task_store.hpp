#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <domain/task_store.hpp>

namespace audiomuse {

/// A TaskStore in memory that keeps the contract of the port. Also the model that real stores are checked against.
class FakeTaskStore final : public TaskStore {
  public:
    Result<void> create(const Task& task) override {
        const std::lock_guard lock(m_mutex);
        if (task.parent) {
            const Row* parent = row_of(*task.parent);
            if (parent == nullptr) {
                return unknown(*task.parent);
            }
            if (has_ended(parent->task.state)) {
                return ended(*task.parent);
            }
            if (parent->task.parent) {
                return fail(ErrorCode::invalid_argument, "A child task cannot have children.");
            }
        }
        if (!is_possible(task) || is_main(task.type) == task.parent.has_value()) {
            return impossible();
        }
        if (row_of(task.id) != nullptr) {
            return fail(ErrorCode::conflict, "Task " + task.id.str() + " exists already.");
        }
        m_rows.push_back({task, {}});
        return {};
    }

    Result<void> update(const Task& task) override {
        const std::lock_guard lock(m_mutex);
        Row* row = row_of(task.id);
        if (row == nullptr) {
            return unknown(task.id);
        }
        if (has_ended(row->task.state)) {
            return ended(task.id);
        }
        if (!is_possible(task)) {
            return impossible();
        }
        Task& stored = row->task;
        stored.state = task.state;
        stored.progress = task.progress;
        stored.status_message = task.status_message;
        stored.details = task.details;
        stored.started = task.started;
        stored.ended = task.ended;
        stored.changed = task.changed;
        if (has_ended(task.state)) {
            stored.params = without_secrets(stored.params);
            for (Row* child : unfinished_children(task.id)) {
                end(child->task, TaskState::revoked, "The main task ended before this part of it.", task.changed);
            }
        }
        return {};
    }

    Result<std::optional<Task>> find(const TaskId& id) override {
        const std::lock_guard lock(m_mutex);
        const Row* row = row_of(id);
        return row != nullptr ? std::optional(row->task) : std::nullopt;
    }

    Result<std::vector<Task>> list_main(TaskFilter filter, std::uint64_t limit) override {
        const std::lock_guard lock(m_mutex);
        std::vector<Task> tasks = select([&](const Task& task) { return !task.parent && passes(filter, task.state); });
        std::reverse(tasks.begin(), tasks.end());
        if (limit != 0 && tasks.size() > limit) {
            tasks.resize(limit);
        }
        return tasks;
    }

    Result<std::vector<Task>> children(const TaskId& parent) override {
        const std::lock_guard lock(m_mutex);
        return select([&](const Task& task) { return task.parent == parent; });
    }

    Result<std::optional<Task>> claim(TaskType type, const OwnerId& /*owner*/, UtcTime now) override {
        const std::lock_guard lock(m_mutex);
        const auto of_type = select([&](const Task& task) { return !task.parent && task.type == type; });
        if (std::any_of(of_type.begin(), of_type.end(), [](const Task& task) { return is_in_hand(task.state); })) {
            return std::optional<Task>();
        }
        const auto oldest =
            std::find_if(of_type.begin(), of_type.end(), [](const Task& task) { return task.state == TaskState::queued; });
        if (oldest == of_type.end()) {
            return std::optional<Task>();
        }
        Task& task = row_of(oldest->id)->task;
        task.state = TaskState::started;
        task.started = task.changed = now;
        return std::optional(task);
    }

    Result<std::vector<TaskId>> recover(UtcTime now) override {
        const std::lock_guard lock(m_mutex);
        std::vector<TaskId> waiting;
        for (const Task& found : select([](const Task& task) { return !task.parent && is_in_hand(task.state); })) {
            delete_unfinished_children(found.id);
            Task& task = row_of(found.id)->task;
            if (++task.unclean_ends > 2) {
                end(task, TaskState::failure,
                    "The program ended unexpectedly " + std::to_string(task.unclean_ends) +
                        " times in a row while this task was in hand; it is not tried again. The log of the server may say why.",
                    now);
            } else {
                wait_again(task, now);
                waiting.push_back(task.id);
            }
        }
        return waiting;
    }

    Result<void> release(const TaskId& id, UtcTime now) override {
        const std::lock_guard lock(m_mutex);
        const Row* row = row_of(id);
        if (row == nullptr) {
            return unknown(id);
        }
        if (has_ended(row->task.state)) {
            return ended(id);
        }
        if (row->task.parent || row->task.state == TaskState::queued) {
            return fail(ErrorCode::conflict, "Task " + id.str() + " is not in hand.");
        }
        delete_unfinished_children(id);
        wait_again(row_of(id)->task, now);
        return {};
    }

    Result<int> revoke(const TaskId& id, const std::string& message, UtcTime now) override {
        const std::lock_guard lock(m_mutex);
        Row* row = row_of(id);
        if (row == nullptr) {
            return unknown(id);
        }
        if (has_ended(row->task.state)) {
            return 0;
        }
        end(row->task, TaskState::revoked, message, now);
        int rows = 1;
        for (Row* child : unfinished_children(id)) {
            end(child->task, TaskState::revoked, message, now);
            ++rows;
        }
        return rows;
    }

    Result<void> append_log(const TaskId& id, UtcTime time, const std::string& text) override {
        const std::lock_guard lock(m_mutex);
        Row* row = row_of(id);
        if (row == nullptr) {
            return unknown(id);
        }
        row->log.push_back({static_cast<std::int64_t>(row->log.size()) + 1, time, text});
        return {};
    }

    Result<std::vector<TaskLogLine>> log(const TaskId& id, std::int64_t after, std::uint64_t limit) override {
        const std::lock_guard lock(m_mutex);
        std::vector<TaskLogLine> lines;
        if (const Row* row = row_of(id)) {
            std::copy_if(row->log.begin(), row->log.end(), std::back_inserter(lines),
                         [&](const TaskLogLine& line) { return line.number > after; });
        }
        if (limit != 0 && lines.size() > limit) {
            lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(limit));
        }
        return lines;
    }

    Result<void> prune(std::uint64_t keep_main, UtcTime children_before) override {
        const std::lock_guard lock(m_mutex);
        auto mains = select([](const Task& task) { return !task.parent; });
        mains.erase(mains.end() - static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(keep_main, mains.size())), mains.end());
        for (const Task& old : mains) {
            if (has_ended(old.state)) {
                std::erase_if(m_rows, [&](const Row& row) { return row.task.id == old.id || row.task.parent == old.id; });
            }
        }
        std::erase_if(m_rows,
                      [&](const Row& row) { return row.task.parent && row.task.ended && *row.task.ended < children_before; });
        return {};
    }

  private:
    struct Row {
        Task task;
        std::vector<TaskLogLine> log;
    };

    static bool is_main(TaskType type) { return type == TaskType::main_analysis || type == TaskType::main_clustering; }
    static bool is_in_hand(TaskState state) { return state == TaskState::started || state == TaskState::progress; }
    static bool is_possible(const Task& task) {
        return task.progress >= 0 && task.progress <= 100 && task.unclean_ends >= 0 &&
               task.ended.has_value() == has_ended(task.state);
    }
    static bool passes(TaskFilter filter, TaskState state) {
        switch (filter) {
        case TaskFilter::all: return true;
        case TaskFilter::active: return !has_ended(state);
        case TaskFilter::waiting: return state == TaskState::queued;
        case TaskFilter::running: return is_in_hand(state);
        }
        return false;
    }
    static tl::unexpected<Error> unknown(const TaskId& id) {
        return fail(ErrorCode::not_found, "Task " + id.str() + " was not found.");
    }
    static tl::unexpected<Error> ended(const TaskId& id) {
        return fail(ErrorCode::conflict, "Task " + id.str() + " has ended already.");
    }
    static tl::unexpected<Error> impossible() {
        return fail(ErrorCode::invalid_argument, "The task's values contradict each other: see TaskStore::create().");
    }
    static std::string without_secrets(const std::string& params) {
        auto json = nlohmann::ordered_json::parse(params, nullptr, false);
        return json.is_object() && json.erase("jellyfin_token") > 0 ? json.dump() : params;
    }
    static void end(Task& task, TaskState state, const std::string& message, UtcTime now) {
        task.state = state;
        task.progress = 100;
        task.status_message = message;
        task.ended = task.changed = now;
        task.params = without_secrets(task.params);
    }
    static void wait_again(Task& task, UtcTime now) {
        task.state = TaskState::queued;
        task.started.reset();
        task.changed = now;
    }

    Row* row_of(const TaskId& id) {
        const auto found = std::find_if(m_rows.begin(), m_rows.end(), [&](const Row& row) { return row.task.id == id; });
        return found != m_rows.end() ? &*found : nullptr;
    }
    std::vector<Row*> unfinished_children(const TaskId& parent) {
        std::vector<Row*> rows;
        for (Row& row : m_rows) {
            if (row.task.parent == parent && !has_ended(row.task.state)) {
                rows.push_back(&row);
            }
        }
        return rows;
    }
    void delete_unfinished_children(const TaskId& parent) {
        std::erase_if(m_rows, [&](const Row& row) { return row.task.parent == parent && !has_ended(row.task.state); });
    }
    /// In order of creation; ties in order of insertion.
    template <class Predicate>
    std::vector<Task> select(Predicate wanted) const {
        std::vector<Task> tasks;
        for (const Row& row : m_rows) {
            if (wanted(row.task)) {
                tasks.push_back(row.task);
            }
        }
        std::stable_sort(tasks.begin(), tasks.end(), [](const Task& a, const Task& b) { return a.created < b.created; });
        return tasks;
    }

    std::mutex m_mutex;
    std::vector<Row> m_rows; ///< in order of insertion
};

} // namespace audiomuse
