"""The slow link, and the host that collects leaks."""

import threading
import time

import pytest
import requests

from servers.clients import JellyfinClient
from servers.generated import GeneratedLibrary
from servers.jellyfin_fake import JellyfinFake
from servers.other_host import OtherHost
from servers.throttle import Throttle

SIZE = 1_000_000


@pytest.fixture
def fake(start):
    return start(JellyfinFake({"Music": GeneratedLibrary(2, 4, audio=[bytes(SIZE)])}))


def slow(fake, **options):
    return Throttle((fake.wire.host, fake.wire.port), **options)


def fetch(url, fake, track):
    return JellyfinClient(url, fake.api_key).call("GET", f"/Items/{track['Id']}/Download")


def test_the_rate_is_shared(fake):
    tracks = JellyfinClient(fake.url, fake.api_key).tracks()[:4]
    with slow(fake, rate=4_000_000, delay=0) as link:
        started = time.monotonic()
        threads = [threading.Thread(target=fetch, args=(link.url, fake, track)) for track in tracks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert 0.9 < time.monotonic() - started < 2.5
        assert link.connections == 4 and link.down.bytes > 4 * SIZE


def test_the_delay_does_not_cost_throughput(fake):
    track = JellyfinClient(fake.url, fake.api_key).tracks()[0]
    with slow(fake, rate=4_000_000, delay=0.2) as link:
        client = JellyfinClient(link.url, fake.api_key)
        started = time.monotonic()
        client.get("/System/Ping")
        assert 0.2 < time.monotonic() - started < 0.5
        started = time.monotonic()
        assert len(fetch(link.url, fake, track)) == SIZE
        assert 0.4 < time.monotonic() - started < 1.2


def test_a_dead_server_is_a_reset(fake):
    with slow(fake) as link:
        fake.kill()
        with pytest.raises(requests.exceptions.ConnectionError):
            requests.get(link.url, timeout=5)


def test_the_other_host_remembers():
    with OtherHost() as host:
        requests.get(host.url + "/a?t=secret", headers={"X": "1"}, timeout=5)
        assert host.requests[0][0] == "/a?t=secret" and host.saw("secret") and not host.saw("other")
