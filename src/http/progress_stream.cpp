#include <http/progress_stream.hpp>

#include <chrono>
#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

#include <http/views.hpp>

namespace audiomuse::http {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto k_quiet_limit = std::chrono::seconds(15);

class ProgressStream {
  public:
    ProgressStream(app::Service& service, TaskId id) : m_service(service), m_id(std::move(id)) {}

    std::optional<std::string> next() {
        if (m_ended) {
            return std::nullopt;
        }
        const auto view = m_service.task(m_id);
        if (!view || !*view) {
            return std::nullopt; // the task was pruned, or the database is gone: there is no more to tell
        }
        m_ended = has_ended((*view)->task.state);
        auto json = status_json(**view);
        const std::string text = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
        json.erase("running_time_seconds"); // grows while nothing happens
        std::string fingerprint = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
        std::string events;
        if (fingerprint != m_last) {
            m_last = std::move(fingerprint);
            events = "event: progress\ndata: " + text + "\n\n";
        }
        if (m_ended) {
            events += "event: end\ndata: " + text + "\n\n";
        }
        const auto now = Clock::now();
        if (events.empty() && now - m_last_sent >= k_quiet_limit) {
            events = ": still here\n\n";
        }
        if (!events.empty()) {
            m_last_sent = now;
        }
        return events;
    }

  private:
    app::Service& m_service;
    TaskId m_id;
    std::string m_last;
    Clock::time_point m_last_sent = Clock::now();
    bool m_ended = false;
};

} // namespace

EventSource progress_events(app::Service& service, TaskId id) {
    // shared_ptr: std::function must be copyable, and the stream has one state.
    auto stream = std::make_shared<ProgressStream>(service, std::move(id));
    return [stream] { return stream->next(); };
}

} // namespace audiomuse::http
