"""Prism of the npm package @stoplight/prism-cli 5.14.2 as a second judge: a proxy in front of the fake Jellyfin that checks requests and answers.

AUDIOMUSE_TEST_PRISM names its command, as in DIR/node_modules/.bin/prism after `npm install --prefix DIR @stoplight/prism-cli@5.14.2`.
"""

import os
import subprocess
import time

import requests

from servers.openapi_check import DOCUMENTS
from servers.real_server import clean_environment, free_port, missing_executable


def missing():
    return missing_executable("AUDIOMUSE_TEST_PRISM")


class Prism:
    """Answers 4xx to requests that break the document, 500 to answers of the fake that do."""

    def __init__(self, fake, log):
        self.log, self.url = log, f"http://127.0.0.1:{free_port()}"
        document = DOCUMENTS / f"jellyfin-{fake.version_text}.json"
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [os.environ["AUDIOMUSE_TEST_PRISM"], "proxy", "--errors", "-h", "127.0.0.1", "-p", self.url.rpartition(":")[2], str(document), fake.url],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=clean_environment())

    def __enter__(self):
        deadline = time.monotonic() + 60
        while True:
            try:
                requests.get(self.url + "/System/Info/Public", timeout=5)
                return self
            except requests.exceptions.RequestException:
                assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text(encoding="utf-8", errors="replace")
                time.sleep(0.2)

    def __exit__(self, *exception):
        self.process.terminate()
        self.process.wait(10)
