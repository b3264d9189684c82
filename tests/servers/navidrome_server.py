"""Navidrome, an executable that AUDIOMUSE_TEST_NAVIDROME names: tokens, form POST, made-up paths, pages of 500, two users."""

import os

import requests

from servers.real_server import RealServer, missing_executable


class Navidrome(RealServer):
    name, ping = "navidrome", "/ping"

    @staticmethod
    def missing():
        return missing_executable("AUDIOMUSE_TEST_NAVIDROME")

    def launch(self):
        self.run_process(os.environ["AUDIOMUSE_TEST_NAVIDROME"], environment={
            "ND_ADDRESS": "127.0.0.1", "ND_PORT": str(self.port), "ND_MUSICFOLDER": str(self.music), "ND_DATAFOLDER": str(self.work / "data"),
            "ND_ENABLEEXTERNALSERVICES": "false", "ND_ENABLEINSIGHTSCOLLECTOR": "false", "ND_SCANNER_SCHEDULE": "0",
            "ND_SCANNER_SCANONSTARTUP": "false", "ND_SCANNER_WATCHERWAIT": "0"})

    def ready(self):
        login = {"username": self.user, "password": self.password}
        made = requests.post(self.url + "/auth/createAdmin", json=login, timeout=10)
        if made.status_code == 200:  # 403: there is one since an earlier start
            token = requests.post(self.url + "/auth/login", json=login, timeout=10).json()["token"]
            requests.post(self.url + "/api/user", headers={"X-ND-Authorization": f"Bearer {token}"}, timeout=10, json={
                "userName": self.other_user, "name": "Alice", "password": self.other_password, "isAdmin": False}).raise_for_status()
            self.rescan()

    def rescan(self):
        self.client().call("startScan", {"fullScan": "true"})
        status = lambda: self.client().call("getScanStatus")["scanStatus"]
        self.wait_until(lambda: not status()["scanning"] and status()["count"] > 0, 60)
