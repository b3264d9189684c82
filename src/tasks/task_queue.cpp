#include <tasks/task_queue.hpp>

#include <chrono>
#include <utility>

#include <base/id.hpp>
#include <base/log.hpp>

namespace audiomuse::tasks {

Result<Task> TaskQueue::submit(TaskType type, std::string params) {
    Task task;
    {
        const std::lock_guard lock(m_submit_mutex);
        auto waiting = m_store.list_main(TaskFilter::waiting, 0);
        if (!waiting) {
            return fail(std::move(waiting));
        }
        for (Task& other : *waiting) {
            if (other.type == type && other.params == params) {
                return std::move(other);
            }
        }
        task.id = TaskId(make_uuid());
        task.type = type;
        task.status_message = "Task is waiting in the queue.";
        task.params = std::move(params);
        task.created = task.changed = utc_now();
        if (auto created = m_store.create(task); !created) {
            return fail(std::move(created));
        }
    }
    wake();
    return task;
}

Result<CancelledTasks> TaskQueue::cancel(const TaskId& id) {
    auto task = m_store.find(id);
    if (!task) {
        return fail(std::move(task));
    }
    if (!*task) {
        return fail(ErrorCode::not_found, "Task " + id.str() + " not found in database.");
    }
    auto rows = revoke(id);
    if (!rows) {
        return fail(std::move(rows));
    }
    if (*rows == 0) {
        return fail(ErrorCode::conflict, "Task could not be cancelled (e.g., already completed or not found in active state).");
    }
    return CancelledTasks{{id}, *rows};
}

Result<CancelledTasks> TaskQueue::cancel_all(std::string_view type_prefix) {
    CancelledTasks cancelled;
    auto active = m_store.list_main(TaskFilter::active, 0);
    if (!active) {
        return fail(std::move(active));
    }
    for (const Task& task : *active) {
        if (!to_string(task.type).starts_with(type_prefix)) {
            continue;
        }
        auto rows = revoke(task.id);
        if (!rows) {
            return fail(std::move(rows));
        }
        if (*rows > 0) {
            cancelled.main_tasks.push_back(task.id);
            cancelled.rows += *rows;
        }
    }
    return cancelled;
}

Result<int> TaskQueue::revoke(const TaskId& id) {
    auto rows = m_store.revoke(id, "Task was cancelled.", utc_now());
    if (rows && *rows > 0) {
        m_stops.request_stop(id);
        if (auto logged = m_store.append_log(id, utc_now(), "Task was cancelled."); !logged) {
            log::warn("The log of task {} could not be written: {}", id.str(), logged.error().message);
        }
    }
    return rows;
}

std::uint64_t TaskQueue::generation() {
    const std::lock_guard lock(m_mutex);
    return m_generation;
}

void TaskQueue::wait_for_work(std::uint64_t seen) {
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, std::chrono::seconds(1), [&] { return m_generation != seen; });
}

void TaskQueue::wake() {
    {
        const std::lock_guard lock(m_mutex);
        ++m_generation;
    }
    m_changed.notify_all();
}

} // namespace audiomuse::tasks
