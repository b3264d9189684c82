"""Plain clients for the tests to look at a server with, independent of the program under test."""

import hashlib
from urllib.parse import quote

import requests


def new_session():
    session = requests.Session()
    session.trust_env = False  # no proxies, no certificates of the machine
    return session


class JellyfinClient:
    def __init__(self, url, token, user_id=None, headers=None):
        self.url, self.user_id = url, user_id
        self.session = new_session()
        self.session.headers["Authorization"] = f'MediaBrowser Client="tests", Device="tests", DeviceId="tests", Version="1", Token="{quote(token)}"'
        self.session.headers.update(headers or {})

    def call(self, method, path, expect=200, **options):
        answer = self.session.request(method, self.url + path, timeout=30, **options)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json() if answer.content and "json" in answer.headers.get("Content-Type", "") else answer.content

    def get(self, path, expect=200, **parameters):
        return self.call("GET", path, expect, params=parameters)

    def items(self, **parameters):
        return self.get("/Items", **({"userId": self.user_id} if self.user_id else {}), **parameters)

    def albums(self):
        return self.items(includeItemTypes="MusicAlbum", recursive="true", sortBy="DateCreated", sortOrder="Descending")["Items"]

    def tracks(self, **parameters):
        return self.items(includeItemTypes="Audio", recursive="true", sortBy="SortName", **parameters)["Items"]

    def playlists(self):
        """id -> (name, [track id])"""
        found = self.items(includeItemTypes="Playlist", recursive="true", sortBy="SortName")["Items"]
        return {playlist["Id"]: (playlist["Name"], self.playlist_items(playlist["Id"])) for playlist in found}

    def playlist_items(self, playlist_id):
        return [item["Id"] for item in self.get(f"/Playlists/{playlist_id}/Items", userId=self.user_id)["Items"]]


class SubsonicClient:
    """`login`: "token", "enc" or "plain"; `post`: parameters go into a form."""

    def __init__(self, url, user, password, login="token", post=False, version="1.16.1"):
        self.url, self.user, self.password, self.login, self.post, self.version = url, user, password, login, post, version
        self.session = new_session()

    def credentials(self):
        if self.login == "token":
            return {"u": self.user, "t": hashlib.md5((self.password + "ab12cd").encode()).hexdigest(), "s": "ab12cd"}
        return {"u": self.user, "p": self.password if self.login == "plain" else "enc:" + self.password.encode().hex()}

    def raw(self, method, parameters=None, **options):
        """`parameters`: a list of pairs, or a dict."""
        pairs = list(parameters.items() if isinstance(parameters, dict) else parameters or [])
        pairs += [*self.credentials().items(), ("v", self.version), ("c", "tests"), ("f", "json")]
        if self.post:
            return self.session.post(f"{self.url}/rest/{method}", data=pairs, timeout=60, **options)
        return self.session.get(f"{self.url}/rest/{method}", params=pairs, timeout=60, **options)

    def reply(self, method, parameters=None):
        """The body of any answer, failures too."""
        answer = self.raw(method, parameters)
        assert answer.status_code == 200, f"{method}: {answer.status_code} {answer.text[:300]}"
        return answer.json()["subsonic-response"]

    def call(self, method, parameters=None):
        reply = self.reply(method, parameters)
        assert reply["status"] == "ok", f"{method} {parameters}: {reply}"
        return reply

    def code(self, method, parameters=None):
        """The error code of a failure."""
        reply = self.reply(method, parameters)
        assert reply["status"] == "failed", f"{method} {parameters}: {reply}"
        return reply["error"]["code"]

    def albums(self, size=500):
        found = []
        while page := self.call("getAlbumList2", {"type": "newest", "size": size, "offset": len(found)})["albumList2"].get("album"):
            found += page
        return found

    def tracks(self):
        return [song for album in self.albums() for song in self.call("getAlbum", {"id": album["id"]})["album"].get("song", [])]

    def playlists(self):
        """id -> (name, [track id])"""
        found = self.call("getPlaylists")["playlists"].get("playlist", [])
        return {playlist["id"]: (playlist["name"], self.playlist_items(playlist["id"])) for playlist in found}

    def playlist_items(self, playlist_id):
        return [song["id"] for song in self.call("getPlaylist", {"id": playlist_id})["playlist"].get("entry", [])]
