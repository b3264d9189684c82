"""Fakes and the slow link as processes, as their documentation starts them; TLS."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from servers.certificates import Certificates
from servers.clients import JellyfinClient, SubsonicClient
from servers.jellyfin_fake import JellyfinFake
from servers.library import FolderLibrary


@pytest.fixture
def process():
    """process("servers.x", ...) starts a module and gives the first `lines` lines that it prints."""
    started = []

    def start(module, *arguments, lines=1):
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
        started.append(subprocess.Popen([sys.executable, "-m", module, *map(str, arguments)], env=environment, stdout=subprocess.PIPE, text=True))
        return [started[-1].stdout.readline().strip() for _ in range(lines)]

    yield start
    for one in started:
        one.kill()
        one.wait()
        one.stdout.close()


def test_jellyfin(process, music):
    fault = json.dumps({"name": "status", "pattern": "^users", "code": 503, "times": 1})
    url, token, user = process("servers.jellyfin_fake", "--music", music, "--version", "12.0.0", "--fault", fault, lines=3)
    client = JellyfinClient(url, token.removeprefix("JELLYFIN_TOKEN="), user.removeprefix("JELLYFIN_USER_ID=").split()[0])
    client.get("/Users", expect=503)
    assert [album["Name"] for album in client.albums()][0] == "Twice"
    assert requests.get(url + "/__fake__/report", timeout=5).json()["requests"] == {"users": 1, "albums": 1}


def test_subsonic_over_a_slow_link(process):
    url, _ = process("servers.subsonic_fake", "--generate", "1000x2", "--profile", "gonic", "--user", "eve:evepw", lines=2)
    slow, = process("servers.throttle", "--target", url.removeprefix("http://"), "--delay", "0.01")
    client = SubsonicClient(slow, "eve", "evepw")
    assert len(client.albums()) == 1000 and client.call("getScanStatus")["scanStatus"]["count"] == 2000


def test_tls(start, music, tmp_path):
    certificates = Certificates(tmp_path)
    fake = JellyfinFake({"Music": FolderLibrary(music)})
    fake.use_tls(certificates.context)
    start(fake)
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(fake.url + "/System/Ping", timeout=5)
    assert fake.url.startswith("https://") and requests.get(fake.url + "/System/Ping", timeout=5, verify=str(certificates.authority)).status_code == 200
