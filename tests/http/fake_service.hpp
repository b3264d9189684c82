#pragma once

#include <map>
#include <string>
#include <vector>

#include <app/service.hpp>

namespace audiomuse::http {

/// Use cases that answer from members, for tests of the wire.
class FakeService final : public app::Service {
  public:
    app::ConfigView shown_config;
    std::map<std::string, app::TaskView> tasks;
    std::optional<app::TaskView> last;
    std::optional<app::TaskView> active;
    std::vector<Playlist> lists;
    app::FailurePage page;
    std::optional<Error> error; ///< every call fails with it

    Result<app::ConfigView> config() override { return answer(shown_config); }
    Result<Task> start_analysis(const app::AnalysisRequest&) override { return answer(started(TaskType::main_analysis)); }
    Result<Task> start_clustering(const app::ClusteringRequest&) override { return answer(started(TaskType::main_clustering)); }
    Result<std::optional<app::TaskView>> task(const TaskId& id) override {
        const auto found = tasks.find(id.str());
        return answer(found == tasks.end() ? std::nullopt : std::optional(found->second));
    }
    Result<std::optional<app::TaskView>> last_task() override { return answer(last); }
    Result<std::optional<app::TaskView>> active_task() override { return answer(active); }
    Result<std::vector<TaskLogLine>> log(const TaskId& id, std::int64_t after) override {
        std::vector<TaskLogLine> lines;
        for (const TaskLogLine& line : tasks.at(id.str()).log) {
            if (line.number > after) {
                lines.push_back(line);
            }
        }
        return answer(lines);
    }
    Result<app::CancelOutcome> cancel(const TaskId& id) override { return answer(app::CancelOutcome{id, 5}); }
    Result<app::CancelAllOutcome> cancel_all(std::string_view) override {
        return answer(app::CancelAllOutcome{{TaskId("a"), TaskId("b")}, 12});
    }
    Result<std::vector<Playlist>> playlists() override { return answer(lists); }
    Result<app::FailurePage> failures(std::uint64_t, std::uint64_t) override { return answer(page); }

  private:
    template <class T>
    Result<T> answer(T value) const {
        if (error) {
            return tl::unexpected(*error);
        }
        return value;
    }
    static Task started(TaskType type) {
        Task task;
        task.id = TaskId("a1b2");
        task.type = type;
        return task;
    }
};

} // namespace audiomuse::http
