"""Prism of the npm package @stoplight/prism-cli 5.14.2 as a second judge: a proxy in front of the fake Jellyfin that checks requests and answers.
Files go past it, because it takes bodies for text and spoils them.

AUDIOMUSE_TEST_PRISM names its command, as in DIR/node_modules/.bin/prism after `npm install --prefix DIR @stoplight/prism-cli@5.14.2`.
"""

import json
import os
import subprocess
import time

import requests

from servers.openapi_check import DOCUMENTS
from servers.real_server import clean_environment, free_port, missing_executable
from servers.wire import Answer, Wire


def missing():
    return missing_executable("AUDIOMUSE_TEST_PRISM")


PASSED_ON = ("Authorization", "Content-Type", "Accept", "Range")


class Prism:
    """`url` is for clients. `refusals` are the requests that break the document, and the answers of the fake that do."""

    def __init__(self, fake, log):
        self.fake, self.log, self.refusals = fake, log, []
        self._port = free_port()
        self._judge = f"http://127.0.0.1:{self._port}"
        self.wire = Wire(self._exchange)
        document = DOCUMENTS / f"jellyfin-{fake.version_text}.json"
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [os.environ["AUDIOMUSE_TEST_PRISM"], "proxy", "-h", "127.0.0.1", "-p", str(self._port), str(document), fake.url],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=clean_environment())

    @property
    def url(self):
        return self.wire.url

    def _exchange(self, connection):
        request = connection.request
        target = self.fake.url if request.path.endswith("/Download") else self._judge
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        answer = requests.request(request.method, target + request.target, headers=headers, data=request.body, timeout=60, allow_redirects=False)
        for violation in json.loads(answer.headers.get("sl-violations", "[]")):
            # Jellyfin explains errors in plain text, where its document has an object.
            if answer.status_code < 400 or violation["location"][0] != "response":
                self.refusals.append(f"{request.method} {request.target}: {violation}")
        kept = {name: answer.headers[name] for name in ("Content-Range", "Accept-Ranges") if name in answer.headers}
        connection.send(Answer(answer.status_code, answer.content, answer.headers.get("Content-Type"), kept))

    def __enter__(self):
        deadline = time.monotonic() + 60
        while True:
            try:
                requests.get(self._judge + "/System/Info/Public", timeout=5)
                break
            except requests.exceptions.RequestException:
                assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text(encoding="utf-8", errors="replace")
                time.sleep(0.2)
        self.wire.start()
        return self

    def __exit__(self, *exception):
        self.wire.kill()
        self.process.terminate()
        self.process.wait(10)
