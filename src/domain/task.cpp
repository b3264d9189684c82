#include <domain/task.hpp>

#include <array>
#include <utility>

namespace audiomuse {

namespace {

constexpr std::array<std::pair<TaskType, std::string_view>, 4> k_types{{
    {TaskType::main_analysis, "main_analysis"},
    {TaskType::main_clustering, "main_clustering"},
    {TaskType::album_analysis, "album_analysis"},
    {TaskType::clustering_batch, "clustering_batch"},
}};

constexpr std::array<std::pair<TaskState, std::string_view>, 6> k_states{{
    {TaskState::queued, "QUEUED"},
    {TaskState::started, "STARTED"},
    {TaskState::progress, "PROGRESS"},
    {TaskState::success, "SUCCESS"},
    {TaskState::failure, "FAILURE"},
    {TaskState::revoked, "REVOKED"},
}};

template <class Table, class Value>
std::string_view word_of(const Table& table, Value value) noexcept {
    for (const auto& [entry, word] : table) {
        if (entry == value) {
            return word;
        }
    }
    return table[0].second;
}

template <class Value, class Table>
std::optional<Value> value_of(const Table& table, std::string_view text) noexcept {
    for (const auto& [entry, word] : table) {
        if (word == text) {
            return entry;
        }
    }
    return std::nullopt;
}

} // namespace

std::string_view to_string(TaskType type) noexcept { return word_of(k_types, type); }
std::optional<TaskType> parse_task_type(std::string_view word) noexcept { return value_of<TaskType>(k_types, word); }
std::string_view to_string(TaskState state) noexcept { return word_of(k_states, state); }
std::optional<TaskState> parse_task_state(std::string_view word) noexcept { return value_of<TaskState>(k_states, word); }

} // namespace audiomuse
