"""What the starters of real media servers share. Each is a process of its own in a folder of its own, on loopback; the users are bob / bobpw
(an administrator) and, where the server can have two, alice / alicepw."""

import os
import shutil
import signal
import socket
import subprocess
import time

import requests

from servers.clients import SubsonicClient


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class RealServer:
    """`start()` returns when the server answers and has scanned the music. `kill()` is SIGKILL; `start()` after it keeps data and port."""

    name = ""
    ping = "/rest/ping.view"
    user, password = "bob", "bobpw"
    other_user, other_password = "alice", "alicepw"  # None: there is one user only
    login = "token"
    form_post = True

    def __init__(self, music, work):
        self.music, self.work, self.port = music, work, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.processes, self._prepared = [], False
        work.mkdir(parents=True, exist_ok=True)

    @staticmethod
    def missing():
        """Why this server cannot be started here; None when it can."""
        raise NotImplementedError

    def prepare(self):
        """Once, before the first start."""

    def launch(self):
        raise NotImplementedError

    def ready(self):
        """After each start, when the server answers: users, a scan."""

    def start(self):
        if not self._prepared:
            self.prepare()
            self._prepared = True
        self.launch()
        self.wait_until(lambda: requests.get(self.url + self.ping, timeout=5), 60)
        self.ready()
        return self

    def run_process(self, *command, environment=None):
        with (self.work / "server.log").open("ab") as log:
            self.processes.append(subprocess.Popen([str(word) for word in command], cwd=self.work, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                                   env={**clean_environment(), **(environment or {})}))

    def wait_until(self, condition, seconds):
        deadline = time.monotonic() + seconds
        while True:
            try:
                if condition():
                    return
            except (requests.exceptions.RequestException, KeyError, AssertionError):
                pass
            ended = [process for process in self.processes if process.poll() is not None]
            assert not ended and time.monotonic() < deadline, f"{self.name} did not start:\n{self.log()[-3000:]}"
            time.sleep(0.1)

    def log(self):
        return (self.work / "server.log").read_text(encoding="utf-8", errors="replace")

    def end(self, how):
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(how)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()

    def stop(self):
        self.end(signal.SIGTERM)

    def kill(self):
        self.end(signal.SIGKILL)

    def client(self, other=False):
        user, password = (self.other_user, self.other_password) if other else (self.user, self.password)
        return SubsonicClient(self.url, user, password, self.login)

    def __enter__(self):
        return self.start()

    def __exit__(self, *exception):
        self.stop()


def clean_environment():
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}


def missing_executable(variable):
    """For servers that are named by an environment variable."""
    path = os.environ.get(variable)
    if not path:
        return f"{variable} is not set"
    return None if shutil.which(path) else f"{variable} names no executable: {path}"
