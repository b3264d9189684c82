#include <tasks/task_context.hpp>

#include <algorithm>
#include <utility>

#include <base/id.hpp>
#include <base/log.hpp>

namespace audiomuse::tasks {

TaskContext::TaskContext(Task task, TaskStore& store, StopRegistry& stops, std::stop_token stop)
    : m_id(task.id), m_params(task.params), m_store(store), m_stops(stops), m_stop(std::move(stop)), m_task(std::move(task)) {}

void TaskContext::log(const std::string& text) {
    log::info("{} {}", m_id.str().substr(0, 8), text);
    if (auto written = m_store.append_log(m_id, utc_now(), text); !written) {
        log::warn("The log of task {} could not be written: {}", m_id.str(), written.error().message);
    }
}

void TaskContext::report(int percent, std::string message, std::string details) {
    const std::lock_guard lock(m_mutex);
    if (m_stop.stop_requested()) {
        return;
    }
    m_task.state = TaskState::progress;
    m_task.progress = std::clamp(percent, 0, 99);
    m_task.status_message = std::move(message);
    m_task.details = std::move(details);
    m_task.changed = utc_now();
    if (auto written = m_store.update(m_task); !written && written.error().code != ErrorCode::conflict) {
        log::warn("The progress of task {} could not be written: {}", m_id.str(), written.error().message);
    }
}

Result<TaskId> TaskContext::add_child(TaskType type, std::string sub_type, std::string message) {
    Task child;
    child.id = TaskId(make_uuid());
    child.parent = m_id;
    child.type = type;
    child.sub_type = std::move(sub_type);
    child.status_message = std::move(message);
    child.created = child.changed = utc_now();
    if (auto created = m_store.create(child); !created) {
        return fail(std::move(created));
    }
    return child.id;
}

std::stop_token TaskContext::begin_child(const TaskId& id, std::string message) {
    std::stop_token token = m_stops.add(id, m_id);
    auto child = m_store.find(id);
    if (!child || !*child || has_ended((*child)->state)) {
        m_stops.request_stop(id); // it was cancelled while it waited
        return token;
    }
    (*child)->state = TaskState::started;
    (*child)->status_message = std::move(message);
    (*child)->started = (*child)->changed = utc_now();
    if (auto written = m_store.update(**child); !written) {
        m_stops.request_stop(id);
    }
    return token;
}

void TaskContext::report_child(const TaskId& id, int percent, std::string message) {
    auto child = m_store.find(id);
    if (!child || !*child || has_ended((*child)->state)) {
        return;
    }
    (*child)->state = TaskState::progress;
    (*child)->progress = std::clamp(percent, 0, 99);
    (*child)->status_message = std::move(message);
    (*child)->changed = utc_now();
    write_child(**child);
}

void TaskContext::write_child(const Task& child) {
    if (auto written = m_store.update(child); !written && written.error().code != ErrorCode::conflict) {
        log::warn("The state of task {} could not be written: {}", child.id.str(), written.error().message);
    }
}

void TaskContext::end_child(const TaskId& id, TaskOutcome outcome) {
    m_stops.forget(id);
    auto child = m_store.find(id);
    if (!child || !*child || has_ended((*child)->state)) {
        return;
    }
    (*child)->state = outcome.state;
    (*child)->progress = 100;
    (*child)->status_message = std::move(outcome.message);
    (*child)->details = std::move(outcome.details);
    (*child)->ended = (*child)->changed = utc_now();
    write_child(**child);
}

} // namespace audiomuse::tasks
