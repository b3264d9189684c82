"""supysonic, of the Debian packages supysonic and python3-waitress: no tokens, form POST, two users, createPlaylist answers nothing."""

import shutil
import subprocess

from servers.real_server import RealServer, clean_environment

CONFIGURATION = """
[base]
database_uri = sqlite:///{work}/supysonic.db
[webapp]
cache_dir = {work}/cache
log_file = {work}/web.log
mount_webui = off
[daemon]
socket = {work}/daemon.sock
run_watcher = no
"""


class Supysonic(RealServer):
    name, login = "supysonic", "enc"

    @staticmethod
    def missing():
        for command in ("supysonic-server", "supysonic-cli", "supysonic-daemon"):
            if shutil.which(command) is None:
                return f"{command} is missing (Debian packages supysonic and python3-waitress)"
        return None

    def cli(self, *words):
        # Each command reads supysonic.conf in the working directory.
        subprocess.run(["supysonic-cli", *map(str, words)], cwd=self.work, env=clean_environment(), check=True, capture_output=True)

    def prepare(self):
        (self.work / "cache").mkdir()
        (self.work / "supysonic.conf").write_text(CONFIGURATION.format(work=self.work), encoding="utf-8")
        self.cli("user", "add", self.user, "-p", self.password)
        self.cli("user", "setroles", "-A", self.user)
        self.cli("user", "add", self.other_user, "-p", self.other_password)
        self.cli("folder", "add", "Music", self.music)
        self.cli("folder", "scan", "Music")

    def launch(self):
        (self.work / "daemon.sock").unlink(missing_ok=True)
        self.run_process("supysonic-daemon")  # startScan and getScanStatus need it
        self.run_process("supysonic-server", "-S", "waitress", "-h", "127.0.0.1", "-p", self.port)

    def rescan(self):
        self.cli("folder", "scan", "Music")
