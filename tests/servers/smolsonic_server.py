"""smolsonic, an executable that AUDIOMUSE_TEST_SMOLSONIC names: tokens, one user, no form POST.

    cargo install smolsonic --version 0.3.0 --locked --root DIR      (Rust 1.95; about ten minutes; the executable is DIR/bin/smolsonic)
"""

import os

from servers.real_server import RealServer, missing_executable

CONFIGURATION = """
music_dir = "{music}"
username = "bob"
password = "bobpw"
host = "127.0.0.1"
port = {port}
database_path = "{work}/db.sqlite"
covers_dir = "{work}/covers"
"""


class Smolsonic(RealServer):
    name, form_post = "smolsonic", False
    other_user = other_password = None

    @staticmethod
    def missing():
        return missing_executable("AUDIOMUSE_TEST_SMOLSONIC")

    def prepare(self):
        (self.work / "smolsonic.toml").write_text(CONFIGURATION.format(music=self.music, port=self.port, work=self.work), encoding="utf-8")

    def launch(self):
        self.run_process(os.environ["AUDIOMUSE_TEST_SMOLSONIC"], "--config", "smolsonic.toml")

    def ready(self):
        self.rescan()

    def rescan(self):
        """It scans as it starts, and watches the folder: the list is complete when it has stopped growing."""
        seen = []
        self.wait_until(lambda: seen.append(len(self.client().tracks())) or (len(seen) > 3 and seen[-1] and len(set(seen[-3:])) == 1), 60)
