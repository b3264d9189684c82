"""Media servers for the tests of the program: one harness for fakes and real ones, and the fixtures that start them.

A harness knows how the program is told of the server, what is on it, and what a person does there: all of it without the program.
"""

import contextlib
import re
import sys

import pytest

import music
from conftest import SOURCE, clean_environment

sys.path.insert(0, str(SOURCE / "tests"))

from servers.clients import JellyfinClient, SubsonicClient  # noqa: E402
from servers.gonic_server import Gonic  # noqa: E402
from servers.jellyfin_fake import VERSIONS, JellyfinFake  # noqa: E402
from servers.library import FolderLibrary  # noqa: E402
from servers.navidrome_server import Navidrome  # noqa: E402
from servers.smolsonic_server import Smolsonic  # noqa: E402
from servers.subsonic_fake import SubsonicFake  # noqa: E402
from servers.supysonic_server import Supysonic  # noqa: E402

JELLYFINS = [f"jellyfin-{version}" for version in VERSIONS]
SUBSONIC_FAKES = ["navidrome-fake", "gonic-fake", "smolsonic-fake"]
REAL = {"supysonic": Supysonic, "smolsonic": Smolsonic, "navidrome": Navidrome, "gonic": Gonic}
FAKES = JELLYFINS + SUBSONIC_FAKES
EVERY_KIND = FAKES + list(REAL)
ONE_OF_EACH = ["jellyfin-10.11.11", "navidrome-fake"]  # where the protocol matters, but not the dialect
LENGTH_LIMIT = "AUDIOMUSE_MAX_DURATION_S"  # the setting that leaves longer tracks out
BROKEN_TITLES = {name.rsplit(".", 1)[0] for name in music.BROKEN} | {name.rsplit(".", 1)[0].split(" ", 1)[1] for name in music.BROKEN}


class Harness:
    fake = None  # None: a real server

    def songs(self):
        """id -> title of what the server lists."""
        raise NotImplementedError

    def playlists(self):
        """id -> (name, [song id]) of what bob sees."""
        return self.client.playlists()

    def named_playlists(self):
        return dict(self.playlists().values())

    def good(self):
        """How many songs can be analysed."""
        return sum(title not in BROKEN_TITLES for title in self.songs().values())

    def song(self, title):
        return next(song for song, other in self.songs().items() if other == title)


class JellyfinHarness(Harness):
    name = "Jellyfin"

    def __init__(self, kind, library, by_user=False, libraries=None, **options):
        self.library = FolderLibrary(library, joins_discs=True) if isinstance(library, (str, bytes)) or hasattr(library, "joinpath") else library
        self.fake = JellyfinFake({"Music": self.library, **(libraries or {})}, kind.removeprefix("jellyfin-"), **options)
        self.bob, self.alice = self.fake.users.add("bob", "bobpw", admin=True), self.fake.users.add("alice", "alicepw")
        self.token = self.bob.token if by_user else self.fake.api_key

    def start(self):
        self.fake.start()
        self.client = JellyfinClient(self.fake.url, self.bob.token, self.bob.id)
        self.alices = JellyfinClient(self.fake.url, self.alice.token, self.alice.id)
        return self

    @property
    def secrets(self):
        return [self.token, self.fake.api_key]

    def settings(self):
        return {"AUDIOMUSE_MEDIA_SERVER": "jellyfin", "JELLYFIN_URL": self.fake.url, "JELLYFIN_USER_ID": self.bob.id, "JELLYFIN_TOKEN": self.token}

    def wrong_credentials(self):
        return {"JELLYFIN_TOKEN": "0" * 32}

    def songs(self):
        return {track["Id"]: track["Name"] for track in self.client.tracks()}

    def add_playlist(self, name, songs, other_user=False, public=False):
        return self.fake.playlists.add(name, self.alice if other_user else self.bob, songs, public).id

    def rename(self, playlist, name):
        self.fake.playlists.all[playlist].name = name

    def remove_playlist(self, playlist):
        del self.fake.playlists.all[playlist]

    def others_playlists(self):
        return self.alices.playlists()


class SubsonicHarness(Harness):
    def settings(self):
        return {"AUDIOMUSE_MEDIA_SERVER": "subsonic", "AUDIOMUSE_SUBSONIC_URL": self.url, "AUDIOMUSE_SUBSONIC_USER": self.client.user,
                "AUDIOMUSE_SUBSONIC_PASSWORD": self.client.password}

    def wrong_credentials(self):
        return {"AUDIOMUSE_SUBSONIC_PASSWORD": "sesame-not"}

    @property
    def secrets(self):
        """The password of a real server is short, and may stand in a log by chance."""
        encoded = self.client.password.encode().hex()
        return [self.client.password, encoded, self.fake.api_key or encoded] if self.fake else [encoded]

    def songs(self):
        return {song["id"]: song["title"] for song in self.client.tracks()}


class FakeSubsonicHarness(SubsonicHarness):
    PASSWORD = "bob's pässword & more"

    def __init__(self, kind, library, libraries=None, **options):
        self.fake = SubsonicFake({"Music": library, **(libraries or {})}, kind.removesuffix("-fake"), **options)
        self.library = self.fake.libraries[0][1]
        self.bob, self.alice = self.fake.add_user("bob", self.PASSWORD, admin=True), self.fake.add_user("alice", "alicepw")

    def start(self):
        self.fake.start()
        self.url = self.fake.url
        self.client, self.alices = SubsonicClient(self.url, "bob", self.PASSWORD), SubsonicClient(self.url, "alice", "alicepw")
        if self.fake.profile.token_error:
            self.client.login = "enc"
        return self

    def add_playlist(self, name, songs, other_user=False, public=False):
        return self.fake.playlists.add(name, self.alice if other_user else self.bob, songs, public).id

    def rename(self, playlist, name):
        self.fake.playlists.all[playlist].name = name

    def remove_playlist(self, playlist):
        del self.fake.playlists.all[playlist]

    def others_playlists(self):
        return self.alices.playlists()


class RealHarness(SubsonicHarness):
    def __init__(self, server):
        self.server = server

    def start(self):
        self.server.start()
        self.url, self.client = self.server.url, self.server.client()
        self.alices = self.server.client(other=True) if self.server.other_user else None
        return self

    def add_playlist(self, name, songs, other_user=False, public=False):
        client = self.alices if other_user and self.alices else self.client
        before = set(client.playlists())
        client.call("createPlaylist", [("name", name)] + [("songId", song) for song in songs])
        return (set(client.playlists()) - before).pop()

    def rename(self, playlist, name):
        self.client.call("updatePlaylist", {"playlistId": playlist, "name": name})

    def remove_playlist(self, playlist):
        self.client.call("deletePlaylist", {"id": playlist})

    def others_playlists(self):
        return self.alices.playlists() if self.alices else {}


@pytest.fixture
def open_media(tmp_path):
    """Starts harnesses that end with the test. A request that a fake's server does not know fails it."""
    with contextlib.ExitStack() as stack:
        opened = []

        def start(kind, library, tls=None, **options):
            """`tls`: Certificates, for a fake behind https. Other options go to the harness."""
            if kind in REAL:
                if reason := REAL[kind].missing():
                    pytest.skip(f"{kind} was not tested: {reason}")
                harness = RealHarness(REAL[kind](library, tmp_path / f"media-server{len(opened)}"))
                stack.callback(harness.server.stop)
            else:
                harness = (JellyfinHarness if kind in JELLYFINS else FakeSubsonicHarness)(kind, library, **options)
                stack.callback(harness.fake.stop)
            harness.kind = kind
            opened.append(harness)
            if tls:
                harness.fake.use_tls(tls.context)
            harness.start()
            if tls:
                harness.client.session.verify = str(tls.authority)
            return harness

        yield start
        for harness in opened:
            if harness.fake:
                harness.fake.check()


@pytest.fixture
def media(request, open_media, small_library):
    """The small library on the kind of server that the test is parametrised with (indirectly)."""
    return open_media(request.param, small_library)


def on(kinds):
    return pytest.mark.parametrize("media", kinds, indirect=True)


@pytest.fixture
def connect(serve):
    """connect(media, *arguments, SETTING=value) starts the program on a media server. Afterwards none of its logs holds a secret."""
    used = []

    def start(media, *arguments, data=None, **settings):
        server = serve(None, *arguments, data=data, environment=clean_environment(**{**media.settings(), **settings}))
        used.append((server, media))
        return server

    yield start
    for server, media in used:
        check_no_secret(server.log(), media)


def check_no_secret(text, media):
    for secret in media.secrets:
        assert secret not in text, "a secret was written"
    assert not re.search(r"[?&](t|p|s|apiKey|api_key)=", text), "credentials of a query were written"


def counts(message):
    """{"seen": n, "new": n, "analysed": n, "known": n, "failed": n} of an analysis' message."""
    part = message.split("Tracks: ", 1)[1].split(".", 1)[0]
    return {word: int(number.replace(",", "")) for number, word in (item.split(" ")[:2] for item in part.split(", "))}


def published(server):
    """name -> [song id], as the program says."""
    return {name: [song["item_id"] for song in songs] for name, songs in server.get("/api/playlists").items()}
