"""The wire, literally: errors, empty states, events."""

import http.client
import json
import re
import socket
from pathlib import Path

import pytest
import requests

from conftest import SOURCE

UNKNOWN = "f0e9d8c7-b6a5-4321-9876-543210fedcba"


@pytest.fixture
def server(serve, tmp_path):
    (tmp_path / "empty").mkdir()
    return serve(tmp_path / "empty")


def test_nothing_yet(server):
    assert server.get("/api/health") == {"status": "ok"}
    assert server.get("/api/active_tasks") == {}
    assert server.get("/api/playlists") == {}
    assert server.get("/api/last_task") == {"task_id": None, "task_type": None, "status": "NO_PREVIOUS_MAIN_TASK",
                                            "details": {"log": ["No previous main task found."]}}
    assert server.get("/api/failures") == {"total": 0, "failures": []}


def test_config(server):
    config = server.get("/api/config")
    assert config["jellyfin_token"] == "" and config["media_server"] == "local"
    assert (config["num_recent_albums"], config["max_distance"], config["max_songs_per_cluster"], config["max_songs_per_artist"]) == (0, 0.5, 40, 3)
    assert (config["cluster_algorithm"], config["clustering_runs"], config["top_n_moods"]) == ("kmeans", 1000, 5)
    assert (config["pca_components_min"], config["pca_components_max"]) == (0, 5)
    assert len(config["mood_labels"]) == 17


def test_unknown_ids(server):
    body = server.status(UNKNOWN, expect=404)
    assert body == {"task_id": UNKNOWN, "state": "UNKNOWN", "status_message": "Task ID not found.", "progress": 0, "details": {},
                    "task_type_from_db": None, "error": "Task ID not found.", "message": "Task ID not found.", "code": "not_found"}
    assert server.status("any%20text%C3%A9", expect=404)["task_id"] == "any texté"
    message = f"Task {UNKNOWN} not found in database."
    assert server.post(f"/api/cancel/{UNKNOWN}", template="/api/cancel/{task_id}", expect=404) == {
        "error": message, "message": message, "code": "not_found", "task_id": UNKNOWN}
    message = "No active tasks of type 'main_analysis' found to cancel."
    assert server.post("/api/cancel_all/main_analysis", template="/api/cancel_all/{task_type_prefix}", expect=404) == {
        "error": message, "message": message, "code": "not_found"}
    server.call("GET", f"/api/progress/{UNKNOWN}", template="/api/progress/{task_id}", expect=404)


def test_404_and_405_are_json(server):
    for method, path, expect in [("GET", "/no/such/path", 404), ("GET", "/api/status/", 404), ("POST", "/api/config", 405),
                                 ("GET", "/api/analysis/start", 405), ("DELETE", "/api/playlists", 405), ("GET", "/api/cancel_all/", 404)]:
        body = server.call(method, path, expect=expect)
        assert body["error"] == body["message"] and body["code"] == {404: "not_found", 405: "method_not_allowed"}[expect]


@pytest.mark.parametrize("body", ["{", "[]", "null", '"text"', "5", '{"a": 1', "\xff\xfe", "[" * 60000])
def test_malformed_bodies(server, body):
    for path in ("/api/analysis/start", "/api/clustering/start"):
        answer = server.post(path, expect=400, data=body.encode("latin-1"))
        assert answer["code"] == "invalid_argument" and "field" not in answer


@pytest.mark.parametrize("path, body, field", [
    ("analysis", {"num_recent_albums": -1}, "num_recent_albums"),
    ("analysis", {"num_recent_albums": "many"}, "num_recent_albums"),
    ("analysis", {"num_recent_albums": 1.5}, "num_recent_albums"),
    ("analysis", {"num_recent_albums": [1]}, "num_recent_albums"),
    ("analysis", {"top_n_moods": 0}, "top_n_moods"),
    ("analysis", {"top_n_moods": 18}, "top_n_moods"),
    ("analysis", {"retry_failed": "perhaps"}, "retry_failed"),
    ("analysis", {"jellyfin_url": 5}, "jellyfin_url"),
    ("analysis", {"jellyfin_url": "http://127.0.0.1:8096"}, "jellyfin_url"),
    ("clustering", {"clustering_method": "magic"}, "clustering_method"),
    ("clustering", {"cluster_algorithm": "magic"}, "cluster_algorithm"),
    ("clustering", {"num_clusters_min": 0}, "num_clusters_min"),
    ("clustering", {"num_clusters_min": 9, "num_clusters_max": 5}, "num_clusters_min"),
    ("clustering", {"gmm_n_components_min": 9, "gmm_n_components_max": 5, "cluster_algorithm": "gmm"}, "gmm_n_components_min"),
    ("clustering", {"dbscan_eps_min": 0}, "dbscan_eps_min"),
    ("clustering", {"dbscan_eps_min": 2, "dbscan_eps_max": 1}, "dbscan_eps_min"),
    ("clustering", {"dbscan_min_samples_min": 0}, "dbscan_min_samples_min"),
    ("clustering", {"pca_components_min": -1}, "pca_components_min"),
    ("clustering", {"pca_components_min": 5, "pca_components_max": 2}, "pca_components_min"),
    ("clustering", {"clustering_runs": 0}, "clustering_runs"),
    ("clustering", {"clustering_runs": 100001}, "clustering_runs"),
    ("clustering", {"max_songs_per_cluster": -1}, "max_songs_per_cluster"),
    ("clustering", {"max_songs_per_artist": -1}, "max_songs_per_artist"),
    ("clustering", {"max_distance": -0.1}, "max_distance"),
    ("clustering", {"max_distance": "far"}, "max_distance"),
    ("clustering", {"seed": "x"}, "seed"),
])
def test_a_wrong_field_is_named(server, path, body, field):
    answer = server.post(f"/api/{path}/start", expect=400, json=body)
    assert answer["field"] == field and answer["code"] == "invalid_argument" and field in answer["error"]


def test_start_calls_are_lenient_where_the_contract_is(server):
    for options in [{}, {"data": b""}, {"data": b"  "}, {"json": {}}, {"json": {"unknown": 1, "num_recent_albums": None}}, {"json": {"num_recent_albums": "50"}}]:
        answer = server.post("/api/analysis/start", expect=202, **options)
        assert (answer["task_type"], answer["status"]) == ("main_analysis", "queued")
    answer = server.post("/api/clustering/start", expect=202, json={"clustering_method": "gmm", "num_clusters_min": "7", "num_clusters_max": 30.0, "max_distance": "0.4"})
    assert (answer["task_type"], answer["status"]) == ("main_clustering", "queued")


def test_an_empty_library_fails_with_counts(server):
    status = server.analyse()
    assert status["state"] == "FAILURE"
    assert status["status_message"] == "No album was found in the music folder. Tracks: 0 seen, 0 new, 0 analysed, 0 known, 0 failed."
    assert status["details"]["error_message"] == status["status_message"]
    status = server.cluster()
    assert status["state"] == "FAILURE" and "2" in status["status_message"]


def test_an_equal_waiting_task_is_returned(serve, small_library):
    server = serve(small_library, "--workers", "1")
    running = server.start_analysis()
    server.wait(running, until=("STARTED", "PROGRESS"))
    waiting = server.start_analysis()
    assert waiting != running and server.start_analysis() == waiting
    assert server.status(waiting)["state"] == "QUEUED"
    assert server.start_analysis(top_n_moods=2) != waiting
    assert server.get("/api/active_tasks")["task_id"] == running
    assert server.get("/api/last_task")["status"] == "PENDING"
    server.post("/api/cancel_all/main_analysis", template="/api/cancel_all/{task_type_prefix}")


def test_progress_events(serve, small_library):
    server = serve(small_library)
    task_id = server.start_analysis()
    events = []
    with requests.get(f"{server.url}/api/progress/{task_id}", stream=True, timeout=120) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        name = None
        for line in answer.iter_lines(decode_unicode=True):
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                events.append((name, json.loads(line[6:])))
    assert [name for name, _ in events][-1] == "end" and {name for name, _ in events} == {"progress", "end"}
    for _, body in events:
        server.description.check_component("Status", body)
    assert events[-1][1]["state"] == "SUCCESS" and events[-1][1]["task_id"] == task_id


def test_task_log(serve, small_library):
    server = serve(small_library)
    task_id = server.start_analysis()
    server.wait(task_id)
    lines = server.get(f"/api/tasks/{task_id}/log", template="/api/tasks/{task_id}/log")["lines"]
    assert [line["n"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[0]["text"] == "Main analysis task started."
    rest = server.get(f"/api/tasks/{task_id}/log?after=3", template="/api/tasks/{task_id}/log")["lines"]
    assert rest == lines[3:]


def test_too_large_a_body_is_413(server):
    assert server.post("/api/analysis/start", expect=413, data=b" " * (100 << 10))["code"] == "payload_too_large"


def test_a_malformed_escape_in_a_path_is_400(server):
    for method, path in [("GET", "/api/status/{task_id}"), ("GET", "/api/progress/{task_id}"), ("POST", "/api/cancel/{task_id}"),
                         ("POST", "/api/cancel_all/{task_type_prefix}"), ("GET", "/api/tasks/{task_id}/log")]:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)  # requests would mend the path
        connection.request(method, re.sub("{.*}", "%zz", path))
        answer = connection.getresponse()
        body = json.loads(answer.read())
        connection.close()
        server.description.check(method, path, answer.status, body)
        assert answer.status == 400 and body["code"] == "invalid_argument"


def test_the_page(server):
    answer = requests.get(server.url + "/", timeout=10)
    assert answer.status_code == 200 and "<title>audiomuse</title>" in answer.text


@pytest.mark.parametrize("example", sorted((SOURCE / "tests/data/contract").glob("*.json")), ids=lambda path: path.stem)
def test_the_examples_of_the_contract_fit_the_description(server, example):
    case = json.loads(Path(example).read_text(encoding="utf-8"))
    server.description.check_component(case["schema"], case["body"])


def test_head_has_no_body_whatever_the_answer(server):
    """On one connection: a body behind an answer to HEAD would be read as the next answer."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        received = b""
        for path, status in (("/api/health", 200), ("/api/nowhere", 404), ("/api/cancel/x", 405), ("/api/health", 200)):
            connection.sendall(f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            while b"\r\n\r\n" not in received:
                part = connection.recv(65536)
                assert part, f"the connection ended after {received!r}"
                received += part
            head, received = received.split(b"\r\n\r\n", 1)
            assert head.startswith(f"HTTP/1.1 {status} ".encode()), head
            assert b"Content-Length: 0" not in head
        assert received == b""


def test_the_examples_of_the_api_page_fit_the_description(server):
    page = (SOURCE / "docs/api.md").read_text(encoding="utf-8")
    examples = re.findall(r"^`(GET|POST) (/\S+)` → (\d+)\n\n```json\n(.*?)^```", page, re.M | re.S)
    for method, path, status, body in examples:
        assert server.description.schema(method, path, status) is not None, f"{method} {path} {status}"
        server.description.check(method, path, int(status), json.loads(body))
    shown = {(method, path) for method, path, status, _ in examples if int(status) < 300}
    for path, operations in server.description.document["paths"].items():
        for method, operation in operations.items():
            answers_json = any("application/json" in answer["content"] for status, answer in operation["responses"].items() if status < "300")
            assert not answers_json or path == "/api/openapi.json" or (method.upper(), path) in shown, f"{method} {path} has no example"
