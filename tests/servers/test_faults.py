"""Each fault as a plain client sees it, on the fake Jellyfin; the layer is the same for all fakes."""

import json
import socket
import threading
import time

import pytest
import requests
from urllib3.exceptions import ProtocolError

from servers.clients import JellyfinClient
from servers.jellyfin_fake import JellyfinFake
from servers.library import FolderLibrary


@pytest.fixture
def fake(start, music):
    return start(JellyfinFake({"Music": FolderLibrary(music)}))


@pytest.fixture
def client(fake):
    return JellyfinClient(fake.url, fake.api_key)


@pytest.fixture
def song(client):
    return next(track for track in client.tracks(fields="MediaSources") if track["Name"] == "Clockwork")


@pytest.fixture
def fetch(client, song):
    def get(**options):
        return client.session.get(f"{client.url}/Items/{song['Id']}/Download", timeout=10, **options)
    return get


def received(answer):
    """How many bytes of the body came, whatever was announced."""
    try:
        return len(answer.raw.read())
    except ProtocolError as error:
        return len(error.args[1].partial)


def size(song):
    return song["MediaSources"][0]["Size"]


def test_stall(fake, fetch):
    fault = fake.faults.add("stall", "^download", at=100)
    answer = fetch(stream=True)
    assert answer.raw.read(100) and answer.headers["Content-Length"] != "100"
    answer.raw._fp.fp.raw._sock.settimeout(0.3)
    with pytest.raises(Exception):
        answer.raw.read(1)
    answer.close()
    wait_for(lambda: fault.fired[0]["seconds"])
    assert (fault.fired[0]["bytes"], fault.fired[0]["ended_by"]) == (100, "client")


def test_mute(fake, client, song):
    fault = fake.faults.add("mute", "^download")
    with pytest.raises(requests.exceptions.ReadTimeout):
        client.session.get(f"{client.url}/Items/{song['Id']}/Download", timeout=0.3)
    wait_for(lambda: fault.fired[0]["seconds"])
    assert (fault.fired[0]["bytes"], fault.fired[0]["ended_by"]) == (0, "client")


def test_slow(fake, fetch):
    fault = fake.faults.add("slow", "^download", rate=20)
    answer = fetch(stream=True)
    started = time.monotonic()
    assert answer.raw.read(11) and 0.3 < time.monotonic() - started < 3
    answer.close()
    wait_for(lambda: fault.fired[0]["seconds"])
    assert fault.fired[0]["ended_by"] == "client"


@pytest.mark.parametrize("chunked", [False, True])
def test_cut(fake, fetch, song, chunked):
    fake.faults.add("cut", "^download", chunked=chunked)
    answer = fetch(stream=True)
    assert answer.headers.get("Content-Length") == (None if chunked else str(size(song)))
    if chunked:
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            answer.content
    else:
        assert received(answer) == size(song) // 2


def test_wrong_length_and_short(fake, fetch, song):
    fake.faults.add("wrong_length", "^download", times=1)
    fake.faults.add("short", "^download", after=1)
    answer = fetch(stream=True)
    assert int(answer.headers["Content-Length"]) == size(song) + 1000 and received(answer) == size(song)
    assert len(fetch().content) == size(song) // 2


def test_html_status_redirect_unauthorized_empty(fake, fetch):
    fake.faults.add("html", "^download", times=1)
    answer = fetch()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    fake.faults.clear()
    fake.faults.add("status", "^download", code=503, retry_after=7, times=1)
    answer = fetch()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    fake.faults.clear()
    fake.faults.add("redirect", "^download", location="file:///etc/passwd", times=1)
    assert fetch(allow_redirects=False).headers["Location"] == "file:///etc/passwd"
    fake.faults.clear()
    fake.faults.add("unauthorized", "^download", times=1)
    assert fetch().status_code == 401
    fake.faults.clear()
    fake.faults.add("empty", "^download", times=1)
    assert fetch().content == b""


def test_endless(fake, fetch):
    fault = fake.faults.add("endless", "^download")
    answer = fetch(stream=True)
    assert len(answer.raw.read(1_000_000)) == 1_000_000
    answer.close()
    wait_for(lambda: fault.fired[0]["seconds"])
    assert fault.fired[0]["bytes"] >= 1_000_000


def test_broken_json(fake, client):
    fake.faults.add("invalid_utf8", "^tracks", times=1)
    fake.faults.add("deep_json", "^albums", times=1)
    url = client.url + "/Items?recursive=true&sortBy=SortName&includeItemTypes="
    body = client.session.get(url + "Audio", timeout=10).content
    with pytest.raises(UnicodeDecodeError):
        body.decode()
    body = json.loads(client.session.get(url + "MusicAlbum", timeout=10).content)
    levels = 0
    while body:
        body, levels = body[0], levels + 1
    assert levels == 49  # and the empty one inside
    fake.faults.add("garbage", "^albums")
    with pytest.raises(ValueError):
        client.albums()


def test_reset_and_delay(fake, client, fetch):
    fake.faults.add("reset", "^download", times=1)
    with pytest.raises(requests.exceptions.ConnectionError):
        fetch()
    fake.faults.add("delay", "^users", seconds=0.2)
    started = time.monotonic()
    client.get("/Users")
    assert time.monotonic() - started > 0.2


def test_times_and_after(fake, fetch):
    fault = fake.faults.add("status", "^download", code=500, after=2, times=1)
    assert [fetch().status_code for _ in range(4)] == [200, 200, 500, 200]
    assert (fault.seen, len(fault.fired)) == (4, 1)


def test_one_track_of_many(fake, client, song):
    fake.faults.add("status", f"^download .*{song['Id']}")
    states = [client.session.get(f"{client.url}/Items/{track['Id']}/Download", timeout=10).status_code for track in client.tracks()]
    assert sorted(states) == [200] * (len(states) - 1) + [500]


def test_killed_in_the_middle_and_back(fake, fetch, song):
    fault = fake.faults.add("kill", "^download", times=1, down=0.5)
    answer = fetch(stream=True)
    assert received(answer) == size(song) // 2
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(fake.url + "/System/Ping", timeout=5)
    wait_for(lambda: fake.wire.running)
    assert len(fetch().content) == size(song) and len(fault.fired) == 1


def test_kill_ends_transfers_of_others(fake, client, song):
    fake.faults.add("slow", "^download", rate=20)
    ended = threading.Event()

    def read():
        answer = client.session.get(f"{client.url}/Items/{song['Id']}/Download", timeout=10, stream=True)
        if received(answer) < size(song):
            ended.set()

    threading.Thread(target=read, daemon=True).start()
    wait_for(lambda: fake.log.counts["download"])
    fake.kill()
    assert ended.wait(3)
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", fake.wire.port), 1)
    fake.faults.clear()
    fake.restart()
    assert client.get("/System/Ping") == "Jellyfin Server"


def test_concurrent_transfers_are_counted(fake, client, song):
    fake.faults.add("delay", "^download", seconds=0.3)
    threads = [threading.Thread(target=JellyfinClient(client.url, fake.api_key).call, args=("GET", f"/Items/{song['Id']}/Download")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fake.log.peaks["download"] == 4


def test_the_control_interface(fake, client, fetch):
    requests.post(fake.url + "/__fake__/faults", json={"name": "status", "pattern": "^download", "code": 500, "times": 1}, timeout=5)
    assert [fetch().status_code for _ in range(2)] == [500, 200]
    report = requests.get(fake.url + "/__fake__/report", timeout=5).json()
    assert report["requests"]["download"] == 2 and report["violations"] == [] and len(report["faults"][0]["fired"]) == 1
    requests.post(fake.url + "/__fake__/reset", timeout=5)
    requests.delete(fake.url + "/__fake__/faults", timeout=5)
    assert fake.log.total == 0 and fake.faults.report() == []


def wait_for(condition, seconds=3):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
