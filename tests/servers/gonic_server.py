"""gonic, an executable that AUDIOMUSE_TEST_GONIC names: tokens, form POST, ids such as tr-1, empty arrays, two users."""

import os

import requests

from servers.real_server import RealServer, missing_executable


class Gonic(RealServer):
    name, ping = "gonic", "/rest/ping"
    user = password = "admin"  # the user of a new database

    @staticmethod
    def missing():
        return missing_executable("AUDIOMUSE_TEST_GONIC")

    def prepare(self):
        for folder in ("podcasts", "cache", "playlists"):
            (self.work / folder).mkdir()

    def launch(self):
        self.run_process(os.environ["AUDIOMUSE_TEST_GONIC"], "-listen-addr", f"127.0.0.1:{self.port}", "-music-path", self.music, "-podcast-path", "podcasts",
                         "-cache-path", "cache", "-playlists-path", "playlists", "-db-path", "gonic.db", "-scan-at-start-enabled")

    def ready(self):
        with requests.Session() as session:
            session.post(self.url + "/admin/login_do", data={"username": self.user, "password": self.password}, timeout=10)
            session.post(self.url + "/admin/create_user_do", timeout=10, data={  # refused when it exists
                "username": self.other_user, "password_one": self.other_password, "password_two": self.other_password})
        self._wait_for_scan()

    def rescan(self):
        self.client().call("startScan")
        self._wait_for_scan()

    def _wait_for_scan(self):
        status = lambda: self.client().call("getScanStatus")["scanStatus"]
        self.wait_until(lambda: not status()["scanning"] and status()["count"] > 0, 60)
