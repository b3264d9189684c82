#include <store/detail/task_rows.hpp>

#include <utility>

namespace audiomuse::store::detail {

namespace {

tl::unexpected<Error> damaged() {
    return fail(ErrorCode::damaged,
                "The database is damaged: a task has a type or state that does not exist. Put back a backup.");
}

} // namespace

Result<Task> read_task(RowReader row) {
    Task task;
    task.id = TaskId(row.text());
    if (row.next_is_null()) {
        row.skip(1);
    } else {
        task.parent = TaskId(row.text());
    }
    const auto type = parse_task_type(row.bytes());
    task.sub_type = row.text();
    const auto state = parse_task_state(row.bytes());
    if (!type || !state) {
        return damaged();
    }
    task.type = *type;
    task.state = *state;
    task.progress = row.small_integer();
    task.status_message = row.text();
    task.params = row.text();
    task.details = row.text();
    task.created = row.time();
    task.started = row.optional_time();
    task.ended = row.optional_time();
    task.changed = row.time();
    task.unclean_ends = row.small_integer();
    return task;
}

Result<std::optional<TaskPlace>> place_of(Connection& connection, const TaskId& id) {
    auto query = connection.query("SELECT seq, parent IS NULL, state FROM tasks WHERE id = ?1");
    if (!query) {
        return fail(std::move(query));
    }
    auto found = query->bind(id).step();
    if (!found) {
        return fail(std::move(found));
    }
    if (!*found) {
        return std::optional<TaskPlace>();
    }
    RowReader row = query->row();
    TaskPlace place;
    place.seq = row.integer();
    place.is_main = row.integer() != 0;
    const auto state = parse_task_state(row.bytes());
    if (!state) {
        return damaged();
    }
    place.state = *state;
    return std::optional<TaskPlace>(place);
}

} // namespace audiomuse::store::detail
