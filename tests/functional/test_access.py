"""Who may use the server, and what attackers get: the answers of docs/api.md, "Who may ask", from the real executable."""

import contextlib
import re
import resource
import socket
import stat
import struct
import subprocess
import time
from pathlib import Path

import pytest
import requests

from conftest import BINARY, clean_environment, run
from own_network import in_own_network

TOKEN = "a token that people chose".replace(" ", "-")


def resident_mib(server):
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024


def answer_to(server, request, timeout=20):
    """All bytes that come back for raw ones."""
    host, port = server.url.removeprefix("http://").split(":")
    received = b""
    with socket.create_connection((host, int(port)), timeout=timeout) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(request)
        while chunk := connection.recv(65536):
            received += chunk
    return received


def is_well(server):
    started = time.monotonic()
    return server.get("/api/health") == {"status": "ok"} and time.monotonic() - started < 2


@pytest.fixture
def guarded(serve, tmp_path):
    (tmp_path / "music").mkdir()
    return serve(tmp_path / "music", environment=clean_environment(AUDIOMUSE_API_TOKEN=TOKEN))


@pytest.fixture
def open_server(serve, tmp_path):
    (tmp_path / "music").mkdir()
    return serve(tmp_path / "music")


def test_the_token_is_asked_for(guarded):
    for method, path in [("GET", "/api/config"), ("GET", "/api/playlists"), ("POST", "/api/analysis/start"), ("GET", "/api/nothing")]:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}, {"Cookie": "audiomuse_session=1.2"}):
            answer = requests.request(method, guarded.url + path, headers=headers, timeout=10)
            assert answer.status_code == 401 and answer.json()["error"] == "Unauthorized", (method, path, headers)
    allowed = {"Authorization": f"Bearer {TOKEN}"}
    assert guarded.get("/api/config", headers=allowed)["version"]
    assert requests.get(guarded.url + "/api/nothing", headers=allowed, timeout=10).status_code == 404
    assert is_well(guarded) and requests.get(guarded.url + "/", timeout=10).status_code == 200
    assert TOKEN not in guarded.log()


def test_a_browser_logs_in_and_out(guarded):
    with requests.Session() as browser:
        assert browser.post(guarded.url + "/api/login", json={"token": "wrong"}, timeout=10).status_code == 401
        assert browser.get(guarded.url + "/api/config", timeout=10).status_code == 401
        guarded.post("/api/login", json={"token": TOKEN})
        cookie = browser.post(guarded.url + "/api/login", json={"token": TOKEN}, timeout=10).headers["Set-Cookie"]
        assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and TOKEN not in cookie
        assert browser.get(guarded.url + "/api/config", timeout=10).status_code == 200
        assert browser.post(guarded.url + "/api/analysis/start", timeout=10).status_code == 202
        foreign = browser.post(guarded.url + "/api/analysis/start", headers={"Origin": "https://evil.example"}, timeout=10)
        assert foreign.status_code == 403
        browser.post(guarded.url + "/api/logout", timeout=10)
        assert browser.get(guarded.url + "/api/config", timeout=10).status_code == 401


def test_every_address_but_loopback_has_a_token(serve, tmp_path):
    (tmp_path / "music").mkdir()
    start = [tmp_path / "music", "--listen", "0.0.0.0:0"]

    def reached_here(server):
        server.url = f"http://127.0.0.1:{server.url.rsplit(':', 1)[1]}"
        return server

    def body():
        server = reached_here(serve(*start, data=tmp_path / "data"))
        file = tmp_path / "data" / "api_token"
        token = file.read_text(encoding="ascii").strip()
        assert len(token) == 64 and stat.S_IMODE(file.stat().st_mode) == 0o600 and token not in server.log()
        assert requests.get(server.url + "/api/config", timeout=10).status_code == 401
        allowed = {"Authorization": f"Bearer {token}"}
        assert server.get("/api/config", headers=allowed)["version"]
        server.stop()
        again = reached_here(serve(*start, data=tmp_path / "data"))
        assert again.get("/api/config", headers=allowed)["version"]  # the same token
        again.stop()
        opened = reached_here(serve(*start, "--insecure-no-auth", data=tmp_path / "data"))
        assert opened.get("/api/config")["version"] and "insecure_no_auth" in opened.log()
        opened.stop()

        def first_line(data):
            process = subprocess.Popen([BINARY, "serve", "--library", tmp_path / "music", "--data", data, "--listen", "0.0.0.0:0"],
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=clean_environment(), text=True)
            line = process.stdout.readline()
            process.terminate()
            process.wait(10)
            return line

        # A pipe may be kept by a service manager: it gets the token once.
        assert first_line(tmp_path / "data").endswith(f"/ with the token in {file}.\n")
        link = first_line(tmp_path / "new")
        token = (tmp_path / "new" / "api_token").read_text(encoding="ascii").strip()
        assert re.fullmatch(rf"Log in at http://\S+/#token={token}\n", link)

        file.chmod(0o640)
        refused = run("serve", "--library", tmp_path / "music", "--data", tmp_path / "data", "--listen", "0.0.0.0:0")
        assert refused.returncode == 2 and f"chmod 600 '{file}'" in refused.stderr

    in_own_network(body)


@pytest.mark.parametrize("variables, word", [
    ({"AUDIOMUSE_TRUSTED_PROXIES": "10.0.0.0/99"}, "trusted_proxies"), ({"AUDIOMUSE_BASE_PATH": "music"}, "base_path"),
    ({"AUDIOMUSE_BASE_PATH": "/a?b"}, "base_path"), ({"AUDIOMUSE_API_TOKEN": TOKEN, "AUDIOMUSE_INSECURE_NO_AUTH": "true"}, "insecure_no_auth")])
def test_settings_that_make_no_sense_end_the_start(tmp_path, variables, word):
    (tmp_path / "music").mkdir()
    result = run("serve", "--library", tmp_path / "music", "--data", tmp_path / "data", "--listen", "127.0.0.1:0",
                 environment=clean_environment(**variables))
    assert result.returncode == 2 and word in result.stderr, result.stderr


def test_names_of_others_are_misdirected(open_server):
    """DNS rebinding: a page of evil.example that has its name point to this machine."""
    for host in ("evil.example", "evil.example:8000", "localhost.evil.example"):
        answer = requests.get(open_server.url + "/api/config", headers={"Host": host}, timeout=10)
        assert answer.status_code == 421 and "allowed_hosts" in answer.json()["error"]
    for host in ("localhost", "127.0.0.1:1", "[::1]:80"):
        assert requests.get(open_server.url + "/api/config", headers={"Host": host}, timeout=10).status_code == 200


def test_pages_of_others_change_nothing(open_server):
    own = {"Origin": open_server.url, "Sec-Fetch-Site": "same-origin"}
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {**own, "Sec-Fetch-Site": "same-site"}):
        for body in ({}, {"data": "a=b"}, {"json": {}}):
            answer = requests.post(open_server.url + "/api/analysis/start", headers=headers, timeout=10, **body)
            assert answer.status_code == 403, (headers, body)
            assert "Access-Control-Allow-Origin" not in answer.headers
        preflight = requests.options(open_server.url + "/api/analysis/start", headers=headers, timeout=10)
        assert preflight.status_code == 403 and "Access-Control-Allow-Origin" not in preflight.headers
    assert open_server.get("/api/active_tasks") == {} and open_server.get("/api/last_task")["status"] == "NO_PREVIOUS_MAIN_TASK"
    assert requests.post(open_server.url + "/api/analysis/start", headers=own, timeout=10).status_code == 202


def test_behind_a_proxy(serve, tmp_path):
    (tmp_path / "music").mkdir()
    server = serve(tmp_path / "music", "--base-path", "/audiomuse/", "--trusted-proxies", "127.0.0.1", "--user-header", "Remote-User",
                   environment=clean_environment(AUDIOMUSE_API_TOKEN=TOKEN))
    server.url = server.url.removesuffix("/audiomuse")
    behind = {"X-Forwarded-Host": "music.example.org", "X-Forwarded-Proto": "https"}
    base = server.url + "/audiomuse"
    assert requests.get(base, timeout=10).url == base + "/"
    assert "page.js" in requests.get(base + "/", timeout=10).text
    assert requests.get(base + "/api/config", headers=behind, timeout=10).status_code == 401
    assert requests.get(base + "/api/config", headers={**behind, "Remote-User": "ada"}, timeout=10).status_code == 200
    login = requests.post(base + "/api/login", headers={**behind, "Origin": "https://music.example.org"}, json={"token": TOKEN}, timeout=10)
    rebound = {"Host": "evil.example", "Remote-User": "ada", "X-Forwarded-Host": "127.0.0.1"}
    assert requests.get(base + "/api/config", headers=rebound, timeout=10).status_code == 421
    assert login.status_code == 200 and "; Secure" in login.headers["Set-Cookie"] and "Path=/audiomuse;" in login.headers["Set-Cookie"]


def test_slow_loris(open_server):
    before = resident_mib(open_server)
    host, port = open_server.url.removeprefix("http://").split(":")
    with contextlib.ExitStack() as stack:
        slow = []
        for _ in range(990):
            connection = stack.enter_context(socket.create_connection((host, int(port)), timeout=10))
            connection.sendall(b"GET /api/config HTTP/1.1\r\nHost: localhost\r\nX-")
            slow.append(connection)
        assert is_well(open_server)
        late = [stack.enter_context(socket.create_connection((host, int(port)), timeout=10)) for _ in range(10)]
        for connection in late:
            connection.sendall(b"G")
        assert resident_mib(open_server) < before + 64
        deadline = time.monotonic() + 40
        for connection in slow:
            connection.settimeout(max(1, deadline - time.monotonic()))
            with contextlib.suppress(ConnectionResetError):
                assert connection.recv(1000) == b""  # cut off
        assert is_well(open_server)


def test_connections_that_are_reset(open_server):
    host, port = open_server.url.removeprefix("http://").split(":")
    for _ in range(5000):
        connection = socket.create_connection((host, int(port)), timeout=10)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    assert is_well(open_server)


def test_a_body_of_one_gibibyte(open_server):
    before = resident_mib(open_server)
    host, port = open_server.url.removeprefix("http://").split(":")
    sent = 0
    with socket.create_connection((host, int(port)), timeout=20) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(b"POST /api/analysis/start HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1073741824\r\n\r\n")
        while sent < 1 << 30:
            sent += connection.send(bytes(1 << 20))
    assert sent < 64 << 20 and resident_mib(open_server) < before + 32 and is_well(open_server)


def test_hundreds_of_large_bodies(open_server):
    """A body is read before its sender is judged; together they stay small."""
    before = resident_mib(open_server)
    host, port = open_server.url.removeprefix("http://").split(":")
    request = b"POST /api/analysis/start HTTP/1.1\r\nHost: localhost\r\nContent-Length: 131072\r\n\r\n" + bytes(131071)
    with contextlib.ExitStack() as stack:
        for _ in range(300):
            connection = stack.enter_context(socket.create_connection((host, int(port)), timeout=10))
            connection.sendall(request)
        assert is_well(open_server)
        assert resident_mib(open_server) < before + 100
    answer = answer_to(open_server, request + b" ")
    assert answer.startswith(b"HTTP/1.1 413 ") and b"64 KiB" in answer


def test_more_connections_than_files(serve, tmp_path):
    """Those that find no place are closed; the others, and the files of the program, go on."""
    (tmp_path / "music").mkdir()
    server = serve(tmp_path / "music", prefix=["prlimit", "--nofile=100:100"])
    host, port = server.url.removeprefix("http://").split(":")
    with contextlib.ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(socket.create_connection((host, int(port)), timeout=10))
        time.sleep(1)
        assert len(list(Path(f"/proc/{server.process.pid}/fd").iterdir())) < 90
    assert is_well(server)
    assert "Too many connections" in server.log()


def test_accepting_goes_on_after_it_failed(open_server):
    limits = resource.prlimit(open_server.process.pid, resource.RLIMIT_NOFILE)
    host, port = open_server.url.removeprefix("http://").split(":")
    resource.prlimit(open_server.process.pid, resource.RLIMIT_NOFILE, (5, limits[1]))
    with socket.create_connection((host, int(port)), timeout=10):
        time.sleep(1)
    resource.prlimit(open_server.process.pid, resource.RLIMIT_NOFILE, limits)
    deadline = time.monotonic() + 15
    answered = False
    while not answered and time.monotonic() < deadline:
        with contextlib.suppress(requests.ConnectionError, requests.Timeout):  # those that waited are cut off
            answered = requests.get(open_server.url + "/api/health", timeout=5).status_code == 200
    assert answered and is_well(open_server)
    assert "listens again" in open_server.log()


def test_a_chunked_body_without_end(open_server):
    before = resident_mib(open_server)
    host, port = open_server.url.removeprefix("http://").split(":")
    sent = 0
    with socket.create_connection((host, int(port)), timeout=20) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(b"POST /api/analysis/start HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        while sent < 1 << 30:
            sent += connection.send(b"100000\r\n" + bytes(1 << 20) + b"\r\n")
    assert sent < 64 << 20 and resident_mib(open_server) < before + 32 and is_well(open_server)


def test_a_hundred_thousand_headers(open_server):
    before = resident_mib(open_server)
    request = b"GET /api/config HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X-%d: y\r\n" % i for i in range(100_000)) + b"\r\n"
    assert b"200 OK" not in answer_to(open_server, request)
    assert b"200 OK" not in answer_to(open_server, b"GET /api/config HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 10_000_000 + b"\r\n\r\n")
    assert b"200 OK" not in answer_to(open_server, b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert resident_mib(open_server) < before + 32 and is_well(open_server)


def test_pipelined_requests_are_answered_in_order(open_server):
    """Some at once; who sends thousands loses the connection on the way."""
    last = b"GET /api/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    for count in (10, 10_000):
        received = answer_to(open_server, b"".join(b"GET /api/status/t%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % i for i in range(count)) + last)
        ids = [int(number) for number in re.findall(rb'"task_id":\s*"t(\d+)"', received)]
        assert ids == list(range(len(ids)))
        assert count > 10 or (len(ids) == 10 and received.endswith(b'{"status":"ok"}'))
    assert is_well(open_server)


@pytest.mark.parametrize("path", [
    b"/../../etc/passwd", b"/page.css/../../../etc/passwd", b"/%2e%2e/%2e%2e/etc/passwd", b"/..%2f..%2fetc%2fpasswd", b"//etc/passwd", b"/./page.js",
    b"/page.js%00", b"/api/status/..%2f..%2fetc%2fpasswd", b"/\\..\\etc\\passwd"])
def test_path_traversal(open_server, path):
    received = answer_to(open_server, b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert received == b"" or re.match(rb"HTTP/1.1 (400|404) ", received), received[:100]
    assert b"root:" not in received


def test_line_breaks_in_parameters(open_server):
    for path in (b"/api/status/a%0d%0aSet-Cookie:%20x=y", b"/api/failures?offset=1%0d%0aX-Injected:%20y", b"/api/tasks/%0d%0aX:%20y/log"):
        received = answer_to(open_server, b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        head = received.split(b"\r\n\r\n")[0]
        assert re.match(rb"HTTP/1.1 (400|404) ", head) and b"Set-Cookie" not in head and b"X-Injected" not in head and b"\r\nX:" not in head
    assert "Set-Cookie" not in open_server.log()


def test_bodies_that_are_no_json(open_server):
    for body in (b'{"a":' * 10_000, b"[" * 60_000, b'{"num_recent_albums": "\xff\xfe"}', b"\x00" * 1000, b'{"num_recent_albums": 1e999}',
                 b'{"num_recent_albums": 99999999999999999999999}'):
        answer = requests.post(open_server.url + "/api/analysis/start", data=body, timeout=20)
        assert answer.status_code == 400 and answer.json()["error"], body[:40]
    answer = requests.post(open_server.url + "/api/clustering/start", data=b'{"clustering_method": "' + b"x" * 60_000 + b'"}', timeout=20)
    assert answer.status_code == 400 and len(answer.text) < 10_000
    assert is_well(open_server)
