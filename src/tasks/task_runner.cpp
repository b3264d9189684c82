#include <tasks/task_runner.hpp>

#include <exception>
#include <utility>

#include <base/id.hpp>
#include <base/log.hpp>

namespace audiomuse::tasks {

TaskRunner::TaskRunner(TaskStore& store, TaskQueue& queue, std::map<TaskType, TaskHandler> handlers)
    : m_store(store), m_queue(queue), m_handlers(std::move(handlers)), m_owner(make_uuid()) {}

TaskRunner::~TaskRunner() { stop(); }

void TaskRunner::start() {
    for (const auto& [type, handler] : m_handlers) {
        m_threads.emplace_back([this, type = type, &handler = handler] { serve(type, handler); });
    }
}

void TaskRunner::stop() {
    m_stopping = true;
    m_queue.stops().request_stop_all();
    m_queue.wake();
    for (std::thread& thread : m_threads) {
        thread.join();
    }
    m_threads.clear();
}

void TaskRunner::serve(TaskType type, const TaskHandler& handler) {
    while (!m_stopping) {
        const std::uint64_t seen = m_queue.generation();
        auto task = m_store.claim(type, m_owner, utc_now());
        if (task && *task) {
            run(std::move(**task), handler);
            continue;
        }
        if (!task) {
            log::error("The task queue cannot be read: {}", task.error().message);
        }
        m_queue.wait_for_work(seen);
    }
}

void TaskRunner::run(Task task, const TaskHandler& handler) {
    const TaskId id = task.id;
    std::stop_token stop = m_queue.stops().add(id, std::nullopt);
    // A cancellation between the claim and the line above found nobody to tell; its row says so. So does a stop of the runner.
    auto row = m_store.find(id);
    if (m_stopping || !row || !*row || has_ended((*row)->state)) {
        m_queue.stops().request_stop(id);
    }

    TaskOutcome outcome;
    try {
        TaskContext context(task, m_store, m_queue.stops(), stop);
        outcome = handler(context);
    } catch (const std::exception& exception) {
        log::error("Task {} ended by an unexpected error: {}", id.str(), exception.what());
        outcome = {TaskState::failure, "The task ended by an unexpected error; the server's log has more.", "{}"};
    }
    m_queue.stops().forget(id);

    row = m_store.find(id);
    if (!row || !*row || has_ended((*row)->state)) {
        return; // it was cancelled: its row says so already
    }
    if (m_stopping && outcome.state == TaskState::revoked) {
        if (auto released = m_store.release(id, utc_now()); !released) {
            log::error("Task {} could not be given back to the queue: {}", id.str(), released.error().message);
        }
        return;
    }
    Task ended = std::move(**row);
    ended.state = outcome.state;
    ended.progress = 100;
    ended.status_message = std::move(outcome.message);
    ended.details = std::move(outcome.details);
    ended.ended = ended.changed = utc_now();
    if (auto logged = m_store.append_log(id, ended.changed, ended.status_message); !logged) {
        log::warn("The log of task {} could not be written: {}", id.str(), logged.error().message);
    }
    if (auto written = m_store.update(ended); !written && written.error().code != ErrorCode::conflict) {
        log::error("The end of task {} could not be written: {}", id.str(), written.error().message);
    }
    log::info("{} {}", id.str().substr(0, 8), ended.status_message);
}

} // namespace audiomuse::tasks
