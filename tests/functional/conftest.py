"""Fixtures: the real executable, its servers on loopback, and libraries of synthesised music."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
import requests

import music
from openapi import Description

BINARY = os.environ["AUDIOMUSE_BIN"]
SOURCE = Path(os.environ["AUDIOMUSE_SOURCE"])


def clean_environment(**extra):
    """Nothing that a developer has set reaches the program under test."""
    keep = {"PATH", "HOME", "LANG", "TMPDIR", "ASAN_OPTIONS", "TSAN_OPTIONS"}
    return {name: value for name, value in os.environ.items() if name in keep} | extra


def run(*arguments, timeout=120, environment=None, **options):
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=timeout,
                          env=environment or clean_environment(), **options)


class Server:
    """One `audiomuse serve`; every answer of the API is held against the OpenAPI description. `library` None: a media server has the music.
    `prefix`: a command that runs the server, as in prlimit."""

    def __init__(self, library, data, log, *arguments, environment=None, prefix=()):
        self.prefix = prefix
        self.library, self.data, self.log_path, self.arguments, self.environment = library, data, log, arguments, environment
        self.process = None
        self.description = None

    def start(self):
        with self.log_path.open("ab") as log:
            position = log.tell()
            library = ["--library", str(self.library)] if self.library else []
            listen = [] if "--listen" in self.arguments else ["--listen", "127.0.0.1:0"]
            self.process = subprocess.Popen(
                [*self.prefix, BINARY, "serve", *library, "--data", str(self.data), *listen, *self.arguments],
                stdout=subprocess.DEVNULL, stderr=log, env=self.environment or clean_environment())
        deadline = time.monotonic() + 30
        marker = "Listening on http://"
        while True:
            text = self.log_path.read_bytes()[position:].decode("utf-8", "replace")
            if marker in text:
                self.url = "http://" + text.split(marker, 1)[1].split()[0].rstrip(".")
                break
            assert self.process.poll() is None, f"the server ended at start:\n{text}"
            assert time.monotonic() < deadline, f"the server did not start:\n{text}"
            time.sleep(0.05)
        self.description = Description(requests.get(self.url + "/api/openapi.json", timeout=10).json())
        return self

    def call(self, method, path, *, expect=200, template=None, **options):
        answer = requests.request(method, self.url + path, timeout=30, **options)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text}"
        body = answer.json()
        self.description.check(method, template or path.split("?")[0], answer.status_code, body)
        return body

    def get(self, path, **options):
        return self.call("GET", path, **options)

    def post(self, path, **options):
        return self.call("POST", path, **options)

    def status(self, task_id, **options):
        return self.call("GET", f"/api/status/{task_id}", template="/api/status/{task_id}", **options)

    def start_analysis(self, **body):
        return self.post("/api/analysis/start", expect=202, json=body)["task_id"]

    def start_clustering(self, **body):
        return self.post("/api/clustering/start", expect=202, json=body)["task_id"]

    def wait(self, task_id, timeout=180, until=("SUCCESS", "FAILURE", "REVOKED")):
        deadline = time.monotonic() + timeout
        while True:
            status = self.status(task_id)
            if status["state"] in until:
                return status
            assert time.monotonic() < deadline, f"still {status['state']}: {status['status_message']}"
            time.sleep(0.1)

    def analyse(self, **body):
        return self.wait(self.start_analysis(**body))

    def cluster(self, **body):
        return self.wait(self.start_clustering(**body))

    def stop(self, how=signal.SIGTERM, timeout=10):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            return self.process.wait(timeout)
        return self.process.returncode if self.process else None

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")


@pytest.fixture
def serve(tmp_path):
    """Starts servers that end with the test."""
    servers = []

    def start(library, *arguments, data=None, **options):
        server = Server(library, data or tmp_path / "data", tmp_path / f"server{len(servers)}.log", *arguments, **options)
        servers.append(server)
        return server.start()

    yield start
    for server in servers:
        if server.process and server.process.poll() is None:
            server.process.kill()
            server.process.wait()


@pytest.fixture(scope="session")
def small_library(tmp_path_factory):
    """12 tagged tracks in 3 albums, every common format, and broken files beside them."""
    return music.make_small_library(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def known_pieces(tmp_path_factory):
    """Pieces of known tempo and key: (path, tempo, key, scale)."""
    return music.make_known_pieces(tmp_path_factory.mktemp("known"))


@pytest.fixture(scope="session")
def demo_music():
    """The folder of the Debian package wesnoth-1.16-music."""
    return Path(subprocess.run([SOURCE / "scripts/demo-music"], check=True, capture_output=True, text=True).stdout.strip())


def json_lines(text):
    return [json.loads(line) for line in text.splitlines()]
