#include <http/api.hpp>

#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <http/assets.hpp>
#include <http/body.hpp>
#include <http/errors.hpp>
#include <http/progress_stream.hpp>
#include <http/views.hpp>

namespace audiomuse::http {

namespace {

using nlohmann::ordered_json;

constexpr std::uint64_t k_failures_per_page = 100;
constexpr std::uint64_t k_failures_per_page_max = 1000;

Response start_response(const Result<Task>& task) {
    return task ? json_response(started_json(*task), 202) : error_response(task.error());
}

Response start_analysis(app::Service& service, const Request& request) {
    const auto body = parse_analysis_request(request.body);
    return body ? start_response(service.start_analysis(*body)) : error_response(body.error());
}

Response start_clustering(app::Service& service, const Request& request) {
    const auto body = parse_clustering_request(request.body);
    return body ? start_response(service.start_clustering(*body)) : error_response(body.error());
}

Response unknown_task(const std::string& id) {
    ordered_json body = unknown_status_json(id);
    add_error(body, "Task ID not found.", to_string(ErrorCode::not_found));
    return json_response(body, 404);
}

Response status(app::Service& service, const std::string& id) {
    const auto view = service.task(TaskId(id));
    if (!view) {
        return error_response(view.error());
    }
    return *view ? json_response(status_json(**view)) : unknown_task(id);
}

Response progress(app::Service& service, const std::string& id) {
    const auto view = service.task(TaskId(id));
    if (!view) {
        return error_response(view.error());
    }
    if (!*view) {
        return unknown_task(id);
    }
    Response response;
    response.content_type = "text/event-stream";
    response.events = progress_events(service, TaskId(id));
    return response;
}

Response cancel(app::Service& service, const std::string& id) {
    const auto outcome = service.cancel(TaskId(id));
    if (!outcome) {
        Response response = error_response(outcome.error());
        if (response.status < 500) {
            ordered_json body = ordered_json::parse(response.body);
            body["task_id"] = id;
            response = json_response(body, response.status);
        }
        return response;
    }
    return json_response({{"message", fmt::format("Task {} and its children cancellation initiated. {} total jobs affected.", id,
                                                  outcome->cancelled_jobs)},
                          {"task_id", id},
                          {"cancelled_jobs_count", outcome->cancelled_jobs}});
}

Response cancel_all(app::Service& service, const std::string& prefix) {
    const auto outcome = service.cancel_all(prefix);
    if (!outcome) {
        return error_response(outcome.error());
    }
    ordered_json ids = ordered_json::array();
    for (const TaskId& id : outcome->main_tasks) {
        ids.push_back(id.str());
    }
    return json_response(
        {{"message",
          fmt::format("Cancellation initiated for {} main tasks of type '{}' and their children. Total jobs affected: {}.",
                      ids.size(), prefix, outcome->cancelled_jobs)},
         {"cancelled_main_tasks", ids}});
}

Response last_task(app::Service& service) {
    const auto view = service.last_task();
    if (!view) {
        return error_response(view.error());
    }
    return json_response(*view ? last_task_json(**view) : no_previous_task_json());
}

Response active_task(app::Service& service) {
    const auto view = service.active_task();
    if (!view) {
        return error_response(view.error());
    }
    return json_response(*view ? active_task_json(**view) : ordered_json::object());
}

/// A number in the query; the default when it is absent, an error that names it when it is no number of the range.
Result<std::uint64_t> query_number(const Request& request, const char* name, std::uint64_t default_value, std::uint64_t max) {
    const auto parameters = parse_query(request.query);
    const auto found = parameters.find(name);
    if (found == parameters.end() || found->second.empty()) {
        return default_value;
    }
    const std::string& text = found->second;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > max) {
        return fail(ErrorCode::invalid_argument, fmt::format("Field \"{}\" must be a whole number from 0 to {}.", name, max),
                    name);
    }
    return value;
}

Response task_log(app::Service& service, const Request& request, const std::string& id) {
    const auto after = query_number(request, "after", 0, INT64_MAX);
    if (!after) {
        return error_response(after.error());
    }
    const auto view = service.task(TaskId(id));
    if (!view) {
        return error_response(view.error());
    }
    if (!*view) {
        return unknown_task(id);
    }
    const auto lines = service.log(TaskId(id), static_cast<std::int64_t>(*after));
    return lines ? json_response(log_json(*lines)) : error_response(lines.error());
}

Response failures(app::Service& service, const Request& request) {
    const auto offset = query_number(request, "offset", 0, INT64_MAX);
    if (!offset) {
        return error_response(offset.error());
    }
    const auto limit = query_number(request, "limit", k_failures_per_page, k_failures_per_page_max);
    if (!limit) {
        return error_response(limit.error());
    }
    const auto page = service.failures(*offset, *limit);
    return page ? json_response(failures_json(*page)) : error_response(page.error());
}

template <class T, class ToJson>
Response show(const Result<T>& result, ToJson to_json) {
    return result ? json_response(to_json(*result)) : error_response(result.error());
}

Response asset(std::string_view content, std::string content_type) {
    Response response;
    response.content_type = std::move(content_type);
    response.body = content;
    return response;
}

} // namespace

Router make_api(app::Service& service) {
    using R = const Request&;
    using P = const std::string&;
    Router router;
    router.add("GET", "/", [](R, P) { return asset(page_html(), "text/html; charset=utf-8"); });
    router.add("GET", "/page.css", [](R, P) { return asset(page_css(), "text/css; charset=utf-8"); });
    router.add("GET", "/page.js", [](R, P) { return asset(page_js(), "text/javascript; charset=utf-8"); });
    router.add("GET", "/api/openapi.json", [](R, P) { return asset(openapi_json(), "application/json; charset=utf-8"); });
    router.add("GET", "/api/health", [](R, P) { return json_response({{"status", "ok"}}); });
    router.add("GET", "/api/config", [&](R, P) { return show(service.config(), config_json); });
    router.add("POST", "/api/analysis/start", [&](R request, P) { return start_analysis(service, request); });
    router.add("POST", "/api/clustering/start", [&](R request, P) { return start_clustering(service, request); });
    router.add("GET", "/api/status/{}", [&](R, P id) { return status(service, id); });
    router.add("GET", "/api/progress/{}", [&](R, P id) { return progress(service, id); });
    router.add("POST", "/api/cancel/{}", [&](R, P id) { return cancel(service, id); });
    router.add("POST", "/api/cancel_all/{}", [&](R, P prefix) { return cancel_all(service, prefix); });
    router.add("GET", "/api/last_task", [&](R, P) { return last_task(service); });
    router.add("GET", "/api/active_tasks", [&](R, P) { return active_task(service); });
    router.add("GET", "/api/playlists", [&](R, P) { return show(service.playlists(), playlists_json); });
    router.add("GET", "/api/tasks/{}/log", [&](R request, P id) { return task_log(service, request, id); });
    router.add("GET", "/api/failures", [&](R request, P) { return failures(service, request); });
    return router;
}

} // namespace audiomuse::http
