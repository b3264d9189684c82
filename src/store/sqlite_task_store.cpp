#include <store/sqlite_task_store.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include <store/database.hpp>
#include <store/detail/connection.hpp>
#include <store/detail/engine.hpp>
#include <store/detail/task_rows.hpp>

namespace audiomuse::store {

using detail::Connection;
using detail::Durability;
using detail::RowReader;

namespace {

constexpr int k_unclean_ends_allowed = 2;

tl::unexpected<Error> unknown(const TaskId& id) { return fail(ErrorCode::not_found, "Task " + id.str() + " was not found."); }

tl::unexpected<Error> has_ended_already(const TaskId& id) {
    return fail(ErrorCode::conflict, "Task " + id.str() + " has ended already.");
}

/// A limit as SQL has it: -1 is none.
std::int64_t sql_limit(std::uint64_t limit) {
    return limit == 0 ? -1 : static_cast<std::int64_t>(std::min<std::uint64_t>(limit, std::numeric_limits<std::int64_t>::max()));
}

/// All tasks that a prepared and bound query gives.
Result<std::vector<Task>> collect(detail::Query& query) {
    std::vector<Task> tasks;
    for (;;) {
        auto row = query.step();
        if (!row) {
            return fail(std::move(row));
        }
        if (!*row) {
            return tasks;
        }
        auto task = detail::read_task(query.row());
        if (!task) {
            return fail(std::move(task));
        }
        tasks.push_back(std::move(*task));
    }
}

Result<std::optional<Task>> find_task(Connection& connection, const TaskId& id) {
    static const std::string k_sql = std::string(detail::k_select_task) + "WHERE t.id = ?1";
    auto query = connection.query(k_sql);
    if (!query) {
        return fail(std::move(query));
    }
    auto row = query->bind(id).step();
    if (!row) {
        return fail(std::move(row));
    }
    if (!*row) {
        return std::optional<Task>();
    }
    return detail::read_task(query->row()).map([](Task task) { return std::optional<Task>(std::move(task)); });
}

/// The task as long as it has not ended.
Result<detail::TaskPlace> unended(Connection& connection, const TaskId& id) {
    auto place = detail::place_of(connection, id);
    if (!place) {
        return fail(std::move(place));
    }
    if (!*place) {
        return unknown(id);
    }
    if (has_ended((*place)->state)) {
        return has_ended_already(id);
    }
    return **place;
}

Result<std::int64_t> revoke_children(Connection& connection, std::int64_t parent, const std::string& message, UtcTime now) {
    static const std::string k_sql =
        "UPDATE tasks SET state = 'REVOKED', progress = 100, status_message = ?2, ended_us = ?3, changed_us = ?3, "
        "params = " +
        std::string(detail::k_params_without_secrets) + " WHERE parent = ?1 AND ended_us IS NULL";
    return connection.change(k_sql, parent, message, now);
}

Result<std::int64_t> delete_unfinished_children(Connection& connection, std::int64_t parent) {
    return connection.change("DELETE FROM tasks WHERE parent = ?1 AND ended_us IS NULL", parent);
}

/// Whether its end takes a token from the row.
Result<bool> holds_secret(Connection& connection, const TaskId& id) {
    auto task = find_task(connection, id);
    if (!task) {
        return fail(std::move(task));
    }
    return *task && (*task)->params.find("\"jellyfin_token\"") != std::string::npos;
}

Result<void> write_update(Connection& connection, const Task& task) {
    static const std::string k_sql = "UPDATE tasks SET state = ?2, progress = ?3, status_message = ?4, details = ?5, started_us "
                                     "= ?6, ended_us = ?7, changed_us = ?8, "
                                     "owner = CASE WHEN ?2 IN ('STARTED', 'PROGRESS') THEN owner END, "
                                     "params = CASE WHEN ?7 IS NULL THEN params ELSE " +
                                     std::string(detail::k_params_without_secrets) + " END WHERE seq = ?1";
    auto place = unended(connection, task.id);
    if (!place) {
        return fail(std::move(place));
    }
    auto changed = connection.change(k_sql, place->seq, to_string(task.state), task.progress, task.status_message, task.details,
                                     task.started, task.ended, task.changed);
    if (changed && place->is_main && has_ended(task.state)) {
        changed = revoke_children(connection, place->seq, "The main task ended before this part of it.", task.changed);
    }
    return changed.map([](std::int64_t) {});
}

struct InHand {
    TaskId id;
    std::int64_t seq = 0;
    int unclean_ends = 0;
};

/// Main tasks that a program had in hand, in the order queued.
Result<std::vector<InHand>> tasks_in_hand(Connection& connection) {
    auto query =
        connection.query("SELECT id, seq, unclean_ends FROM tasks WHERE parent IS NULL AND state IN ('STARTED', 'PROGRESS') "
                         "ORDER BY created_us, seq");
    if (!query) {
        return fail(std::move(query));
    }
    std::vector<InHand> tasks;
    for (;;) {
        auto found = query->step();
        if (!found) {
            return fail(std::move(found));
        }
        if (!*found) {
            return tasks;
        }
        RowReader row = query->row();
        InHand task;
        task.id = TaskId(row.text());
        task.seq = row.integer();
        task.unclean_ends = row.small_integer();
        tasks.push_back(std::move(task));
    }
}

Result<void> wait_again(Connection& connection, std::int64_t seq, int unclean_ends, UtcTime now) {
    auto gone = delete_unfinished_children(connection, seq);
    if (!gone) {
        return fail(std::move(gone));
    }
    return connection
        .change("UPDATE tasks SET state = 'QUEUED', owner = NULL, started_us = NULL, changed_us = ?3, unclean_ends = ?2 "
                "WHERE seq = ?1",
                seq, unclean_ends, now)
        .map([](std::int64_t) {});
}

Result<void> give_up(Connection& connection, std::int64_t seq, int unclean_ends, UtcTime now) {
    static const std::string k_sql =
        "UPDATE tasks SET state = 'FAILURE', progress = 100, owner = NULL, status_message = ?3, ended_us = ?4, changed_us = ?4, "
        "unclean_ends = ?2, params = " +
        std::string(detail::k_params_without_secrets) + " WHERE seq = ?1";
    auto gone = delete_unfinished_children(connection, seq);
    if (!gone) {
        return fail(std::move(gone));
    }
    return connection
        .change(k_sql, seq, unclean_ends,
                "The program ended unexpectedly " + std::to_string(unclean_ends) +
                    " times in a row while this task was in hand; it is not tried again. The log of the server may say why.",
                now)
        .map([](std::int64_t) {});
}

} // namespace

SqliteTaskStore::SqliteTaskStore(Database& database) : m_database(database) {}

Result<void> SqliteTaskStore::create(const Task& task) {
    const auto durability = task.parent ? Durability::process_death : Durability::power_loss;
    return m_database.engine().write(durability, [&](Connection& connection) -> Result<void> {
        std::optional<std::int64_t> parent;
        if (task.parent) {
            auto place = unended(connection, *task.parent);
            if (!place) {
                return fail(std::move(place));
            }
            if (!place->is_main) {
                return fail(ErrorCode::invalid_argument, "A child task cannot have children.");
            }
            parent = place->seq;
        }
        auto added = connection.change(
            "INSERT INTO tasks (id, parent, type, sub_type, state, progress, status_message, params, details, created_us, "
            "started_us, ended_us, changed_us, unclean_ends) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
            "?13, ?14)",
            task.id, parent, to_string(task.type), task.sub_type, to_string(task.state), task.progress, task.status_message,
            task.params, task.details, task.created, task.started, task.ended, task.changed, task.unclean_ends);
        if (!added && added.error().code == ErrorCode::conflict) {
            return fail(ErrorCode::conflict, "Task " + task.id.str() + " exists already.");
        }
        return added.map([](std::int64_t) {});
    });
}

Result<void> SqliteTaskStore::update(const Task& task) {
    const bool main_ends = !task.parent && has_ended(task.state);
    bool secret_goes = false;
    auto written = m_database.engine().write(main_ends ? Durability::power_loss : Durability::process_death,
                                             [&](Connection& connection) -> Result<void> {
                                                 if (main_ends) {
                                                     auto holds = holds_secret(connection, task.id);
                                                     if (!holds) {
                                                         return fail(std::move(holds));
                                                     }
                                                     secret_goes = *holds;
                                                 }
                                                 return write_update(connection, task);
                                             });
    if (written && secret_goes) {
        m_database.engine().fold_log();
    }
    return written;
}

Result<std::optional<Task>> SqliteTaskStore::find(const TaskId& id) {
    return m_database.engine().read([&](Connection& connection) { return find_task(connection, id); });
}

Result<std::vector<Task>> SqliteTaskStore::list_main(TaskFilter filter, std::uint64_t limit) {
    std::string_view condition;
    switch (filter) {
    case TaskFilter::all: break;
    case TaskFilter::active: condition = " AND t.ended_us IS NULL"; break;
    case TaskFilter::waiting: condition = " AND t.state = 'QUEUED'"; break;
    case TaskFilter::running: condition = " AND t.state IN ('STARTED', 'PROGRESS')"; break;
    }
    const std::string sql = std::string(detail::k_select_task) + "WHERE t.parent IS NULL" + std::string(condition) +
                            " ORDER BY t.created_us DESC, t.seq DESC LIMIT ?1";
    return m_database.engine().read([&](Connection& connection) -> Result<std::vector<Task>> {
        auto query = connection.query(sql);
        if (!query) {
            return fail(std::move(query));
        }
        return collect(query->bind(sql_limit(limit)));
    });
}

Result<std::vector<Task>> SqliteTaskStore::children(const TaskId& parent) {
    static const std::string k_sql = std::string(detail::k_select_task) +
                                     "WHERE t.parent = (SELECT seq FROM tasks WHERE id = ?1) ORDER BY t.created_us, t.seq";
    return m_database.engine().read([&](Connection& connection) -> Result<std::vector<Task>> {
        auto query = connection.query(k_sql);
        if (!query) {
            return fail(std::move(query));
        }
        return collect(query->bind(parent));
    });
}

Result<std::optional<Task>> SqliteTaskStore::claim(TaskType type, const OwnerId& owner, UtcTime now) {
    return m_database.engine().write(Durability::process_death, [&](Connection& connection) -> Result<std::optional<Task>> {
        auto query = connection.query(
            "SELECT id FROM tasks WHERE parent IS NULL AND type = ?1 AND state = 'QUEUED' AND NOT EXISTS (SELECT 1 "
            "FROM tasks WHERE parent IS NULL AND type = ?1 AND state IN ('STARTED', 'PROGRESS')) "
            "ORDER BY created_us, seq LIMIT 1");
        if (!query) {
            return fail(std::move(query));
        }
        auto found = query->bind(to_string(type)).step();
        if (!found) {
            return fail(std::move(found));
        }
        if (!*found) {
            return std::optional<Task>();
        }
        const TaskId id(query->row().text());
        auto leased = connection.change(
            "UPDATE tasks SET state = 'STARTED', owner = ?2, started_us = ?3, changed_us = ?3 WHERE id = ?1", id, owner, now);
        if (!leased) {
            return fail(std::move(leased));
        }
        return find_task(connection, id);
    });
}

Result<std::vector<TaskId>> SqliteTaskStore::recover(UtcTime now) {
    return m_database.engine().write(Durability::power_loss, [&](Connection& connection) -> Result<std::vector<TaskId>> {
        auto in_hand = tasks_in_hand(connection);
        if (!in_hand) {
            return fail(std::move(in_hand));
        }
        std::vector<TaskId> waiting;
        for (const InHand& task : *in_hand) {
            const int unclean_ends = task.unclean_ends + 1;
            const bool again = unclean_ends <= k_unclean_ends_allowed;
            auto done =
                again ? wait_again(connection, task.seq, unclean_ends, now) : give_up(connection, task.seq, unclean_ends, now);
            if (!done) {
                return fail(std::move(done));
            }
            if (again) {
                waiting.push_back(task.id);
            }
        }
        return waiting;
    });
}

Result<void> SqliteTaskStore::release(const TaskId& id, UtcTime now) {
    return m_database.engine().write(Durability::power_loss, [&](Connection& connection) -> Result<void> {
        auto place = unended(connection, id);
        if (!place) {
            return fail(std::move(place));
        }
        if (!place->is_main || place->state == TaskState::queued) {
            return fail(ErrorCode::conflict, "Task " + id.str() + " is not in hand.");
        }
        auto task = find_task(connection, id);
        if (!task) {
            return fail(std::move(task));
        }
        return wait_again(connection, place->seq, (*task)->unclean_ends, now);
    });
}

Result<int> SqliteTaskStore::revoke(const TaskId& id, const std::string& message, UtcTime now) {
    static const std::string k_sql =
        "UPDATE tasks SET state = 'REVOKED', progress = 100, owner = NULL, status_message = ?2, ended_us = ?3, "
        "changed_us = ?3, params = " +
        std::string(detail::k_params_without_secrets) + " WHERE seq = ?1";
    bool secret_goes = false;
    auto revoked = m_database.engine().write(Durability::power_loss, [&](Connection& connection) -> Result<int> {
        auto place = detail::place_of(connection, id);
        if (!place) {
            return fail(std::move(place));
        }
        if (!*place) {
            return unknown(id);
        }
        if (has_ended((*place)->state)) {
            return 0;
        }
        auto holds = holds_secret(connection, id);
        if (!holds) {
            return fail(std::move(holds));
        }
        secret_goes = *holds;
        auto children = revoke_children(connection, (*place)->seq, message, now);
        if (!children) {
            return fail(std::move(children));
        }
        auto own = connection.change(k_sql, (*place)->seq, message, now);
        if (!own) {
            return fail(std::move(own));
        }
        return static_cast<int>(*own + *children);
    });
    if (revoked && secret_goes) {
        m_database.engine().fold_log();
    }
    return revoked;
}

Result<void> SqliteTaskStore::append_log(const TaskId& id, UtcTime time, const std::string& text) {
    return m_database.engine().write(Durability::process_death, [&](Connection& connection) -> Result<void> {
        auto added = connection.change(
            "INSERT INTO task_log (task, number, time_us, text) SELECT t.seq, 1 + COALESCE((SELECT max(number) FROM task_log l "
            "WHERE l.task = t.seq), 0), ?2, ?3 FROM tasks t WHERE t.id = ?1",
            id, time, text);
        if (!added) {
            return fail(std::move(added));
        }
        if (*added == 0) {
            return unknown(id);
        }
        return {};
    });
}

Result<std::vector<TaskLogLine>> SqliteTaskStore::log(const TaskId& id, std::int64_t after, std::uint64_t limit) {
    return m_database.engine().read([&](Connection& connection) -> Result<std::vector<TaskLogLine>> {
        auto query =
            connection.query("SELECT number, time_us, text FROM task_log WHERE task = (SELECT seq FROM tasks WHERE id = ?1) AND "
                             "number > ?2 ORDER BY number DESC LIMIT ?3");
        if (!query) {
            return fail(std::move(query));
        }
        query->bind(id, after, sql_limit(limit));
        std::vector<TaskLogLine> lines;
        for (;;) {
            auto found = query->step();
            if (!found) {
                return fail(std::move(found));
            }
            if (!*found) {
                std::reverse(lines.begin(), lines.end());
                return lines;
            }
            RowReader row = query->row();
            TaskLogLine line;
            line.number = row.integer();
            line.time = row.time();
            line.text = row.text();
            lines.push_back(std::move(line));
        }
    });
}

Result<void> SqliteTaskStore::prune(std::uint64_t keep_main, UtcTime children_before) {
    const auto keep = static_cast<std::int64_t>(std::min<std::uint64_t>(keep_main, std::numeric_limits<std::int64_t>::max()));
    return m_database.engine().write(Durability::process_death, [&](Connection& connection) -> Result<void> {
        auto mains = connection.change(
            "DELETE FROM tasks WHERE parent IS NULL AND ended_us IS NOT NULL AND seq NOT IN (SELECT seq FROM tasks WHERE "
            "parent IS NULL ORDER BY created_us DESC, seq DESC LIMIT ?1)",
            keep);
        if (!mains) {
            return fail(std::move(mains));
        }
        return connection.change("DELETE FROM tasks WHERE parent IS NOT NULL AND ended_us < ?1", children_before)
            .map([](std::int64_t) {});
    });
}

} // namespace audiomuse::store
