#include <http/api.hpp>

#include <chrono>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "fake_service.hpp"

namespace audiomuse::http {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

class ApiTest : public testing::Test {
  protected:
    json call(const char* method, const std::string& path, int status, std::string body = "", std::string query = "") {
        const Response response = m_router.route({method, path, std::move(query), std::move(body)});
        EXPECT_EQ(response.status, status) << method << ' ' << path << ": " << response.body;
        return json::parse(response.body);
    }
    static app::TaskView view(TaskState state) {
        app::TaskView view;
        view.task.id = TaskId("t1");
        view.task.state = state;
        view.task.progress = 30;
        view.task.status_message = "Processing albums: 3/10 completed.";
        view.task.details = R"({"albums_completed":3,"total_albums":10})";
        view.task.changed = UtcTime{1'698'401'130'123'456us};
        view.log = {{1, UtcTime{1'698'401'130'000'000us}, "Main analysis task started."}};
        view.running_time_seconds = 5;
        return view;
    }
    FakeService m_service;
    Router m_router = make_api(m_service);
};

TEST_F(ApiTest, StartAnswersQueued) {
    EXPECT_EQ(call("POST", "/api/analysis/start", 202),
              json::parse(R"({"task_id":"a1b2","task_type":"main_analysis","status":"queued"})"));
    EXPECT_EQ(call("POST", "/api/clustering/start", 202, "{}"),
              json::parse(R"({"task_id":"a1b2","task_type":"main_clustering","status":"queued"})"));
}

TEST_F(ApiTest, EachStateHasItsWord) {
    const std::vector<std::tuple<TaskState, std::string, std::string, int>> words{
        {TaskState::queued, "QUEUED", "PENDING", 30},      {TaskState::started, "STARTED", "STARTED", 30},
        {TaskState::progress, "PROGRESS", "PROGRESS", 30}, {TaskState::success, "SUCCESS", "SUCCESS", 100},
        {TaskState::failure, "FAILURE", "FAILURE", 100},   {TaskState::revoked, "REVOKED", "REVOKED", 100}};
    for (const auto& [state, word, other_word, progress] : words) {
        m_service.tasks["t1"] = view(state);
        m_service.last = m_service.active = view(state);
        EXPECT_EQ(call("GET", "/api/status/t1", 200)["state"], word);
        EXPECT_EQ(call("GET", "/api/status/t1", 200)["progress"], progress);
        EXPECT_EQ(call("GET", "/api/last_task", 200)["status"], other_word);
        EXPECT_EQ(call("GET", "/api/active_tasks", 200)["status"], other_word);
        EXPECT_EQ(call("GET", "/api/status/t1", 200)["details"].contains("error_message"), state == TaskState::failure);
    }
}

TEST_F(ApiTest, ActiveTaskHasItsKeysInOrder) {
    m_service.active = view(TaskState::progress);
    const Response response = m_router.route({"GET", "/api/active_tasks", "", ""});
    const auto body = nlohmann::ordered_json::parse(response.body);
    std::vector<std::string> keys;
    for (const auto& [key, value] : body.items()) {
        keys.push_back(key);
    }
    EXPECT_EQ(keys, (std::vector<std::string>{"task_id", "parent_task_id", "task_type", "sub_type_identifier", "status",
                                              "progress", "details", "timestamp", "running_time_seconds"}));
    EXPECT_EQ(body["timestamp"], "2023-10-27T10:05:30.123456");
    EXPECT_EQ(body["parent_task_id"], nullptr);
    EXPECT_EQ(body["details"]["albums_completed"], 3);
}

TEST_F(ApiTest, NothingYet) {
    EXPECT_EQ(call("GET", "/api/active_tasks", 200), json::object());
    EXPECT_EQ(call("GET", "/api/playlists", 200), json::object());
    EXPECT_EQ(
        call("GET", "/api/last_task", 200),
        json::parse(
            R"({"task_id":null,"task_type":null,"status":"NO_PREVIOUS_MAIN_TASK","details":{"log":["No previous main task found."]}})"));
}

TEST_F(ApiTest, UnknownStatus) {
    EXPECT_EQ(
        call("GET", "/api/status/x", 404),
        json::parse(
            R"({"task_id":"x","state":"UNKNOWN","status_message":"Task ID not found.","progress":0,"details":{},"task_type_from_db":null,
                              "error":"Task ID not found.","message":"Task ID not found.","code":"not_found"})"));
}

TEST_F(ApiTest, Cancel) {
    EXPECT_EQ(
        call("POST", "/api/cancel/t1", 200),
        json::parse(
            R"({"message":"Task t1 and its children cancellation initiated. 5 total jobs affected.","task_id":"t1","cancelled_jobs_count":5})"));
    EXPECT_EQ(
        call("POST", "/api/cancel_all/main_analysis", 200),
        json::parse(
            R"({"message":"Cancellation initiated for 2 main tasks of type 'main_analysis' and their children. Total jobs affected: 12.",
                              "cancelled_main_tasks":["a","b"]})"));
    m_service.error =
        Error{ErrorCode::conflict, "Task could not be cancelled (e.g., already completed or not found in active state)."};
    const json body = call("POST", "/api/cancel/t1", 400);
    EXPECT_EQ(body["task_id"], "t1");
    EXPECT_EQ(body["code"], "conflict");
    EXPECT_EQ(body["error"], body["message"]);
}

TEST_F(ApiTest, PlaylistsKeepTheirOrderAndShowTheTrackArtist) {
    m_service.lists = {{PlaylistId("p"),
                        "Energetic_Medium_automatic",
                        {{TrackId("2"), "B", "Artist B", "b.mp3", 1}, {TrackId("1"), "A", "", "a.mp3", 1}},
                        {}}};
    EXPECT_EQ(
        m_router.route({"GET", "/api/playlists", "", ""}).body,
        R"({"Energetic_Medium_automatic":[{"item_id":"2","title":"B","author":"Artist B"},{"item_id":"1","title":"A","author":""}]})");
}

TEST_F(ApiTest, TheTokenIsNeverShown) {
    EXPECT_EQ(call("GET", "/api/config", 200)["jellyfin_token"], "");
    m_service.shown_config.jellyfin_token_is_set = true;
    EXPECT_EQ(call("GET", "/api/config", 200)["jellyfin_token"], "********");
}

TEST_F(ApiTest, InternalErrorsHideTheirWords) {
    m_service.error = Error{ErrorCode::io, "/var/lib/secret/audiomuse.db: disk full"};
    const json body = call("GET", "/api/playlists", 503);
    EXPECT_EQ(body["error"].get<std::string>().find("secret"), std::string::npos);
    m_service.error = Error{ErrorCode::internal, "secret"};
    EXPECT_EQ(call("GET", "/api/config", 500)["error"].get<std::string>().find("secret"), std::string::npos);
}

TEST_F(ApiTest, QueryNumbersAreChecked) {
    EXPECT_EQ(call("GET", "/api/failures", 400, "", "limit=1001")["field"], "limit");
    EXPECT_EQ(call("GET", "/api/failures", 400, "", "offset=-1")["field"], "offset");
    EXPECT_EQ(call("GET", "/api/failures", 200, "", "offset=5&limit=10")["total"], 0);
}

TEST_F(ApiTest, EventsEndWithTheTask) {
    m_service.tasks["t1"] = view(TaskState::progress);
    const Response response = m_router.route({"GET", "/api/progress/t1", "", ""});
    ASSERT_TRUE(response.events);
    EXPECT_TRUE(response.events()->starts_with("event: progress\ndata: {\"task_id\":\"t1\""));
    EXPECT_EQ(response.events(), "") << "nothing changed";
    m_service.tasks["t1"] = view(TaskState::success);
    const std::string last = response.events().value();
    EXPECT_TRUE(last.starts_with("event: progress\n"));
    EXPECT_NE(last.find("\n\nevent: end\ndata: {"), std::string::npos);
    EXPECT_EQ(response.events(), std::nullopt);
}

TEST_F(ApiTest, BytesThatAreNotUtf8DoNoHarm) {
    app::TaskView bad = view(TaskState::progress);
    bad.task.status_message = "\xff\xfe";
    m_service.tasks["t1"] = bad;
    EXPECT_EQ(call("GET", "/api/status/t1", 200)["state"], "PROGRESS");
    EXPECT_EQ(call("GET", "/api/status/%ff", 404)["state"], "UNKNOWN");
}

} // namespace
} // namespace audiomuse::http
