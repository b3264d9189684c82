"""A stateful fake of Subsonic servers: how Navidrome, gonic and smolsonic log in, list, download, and keep playlists.

    PYTHONPATH=tests python3 -m servers.subsonic_fake --music DIR [--profile navidrome|gonic|smolsonic] [--port 0] [--user NAME:PASSWORD]...
                                                      [--api-key KEY] [--generate ALBUMSxTRACKS] [--fault JSON]...

prints its address and the users. With --api-key it also has the extension apiKeyAuthentication, which no measured server has.
"""

import argparse
import hashlib
import json
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl
from xml.sax.saxutils import quoteattr

from servers.fake import Fake, json_answer, serve_as_process
from servers.generated import GeneratedLibrary
from servers.library import FolderLibrary
from servers.subsonic_browse import Browser, Failure
from servers.subsonic_playlists import Playlists
from servers.subsonic_profiles import COMMON, KINDS, METHODS, PROFILES
from servers.wire import Answer, text

LARGE = 2048  # bytes; longer answers are sent in chunks, as Go's server does


@dataclass
class User:
    name: str
    password: str
    admin: bool = False
    download: bool = True


def folder_library(profile, folder):
    return FolderLibrary(folder, by=profile.grouping, believes_suffix=True)


class SubsonicFake(Fake):
    """`libraries`: name -> FolderLibrary or GeneratedLibrary, or a folder. `tokens=False` refuses tokens with error 41, as for LDAP users."""

    def __init__(self, libraries, profile="navidrome", port=0, host="127.0.0.1", api_key=None, tokens=True, real_paths=False):
        super().__init__(port, host)
        self.profile, self.api_key = PROFILES[profile], api_key
        if not tokens:
            self.profile = replace(self.profile, token_error=41)
        if real_paths:  # as Navidrome with ND_SUBSONIC_DEFAULTREPORTREALPATH
            self.profile = replace(self.profile, paths="absolute")
        self.libraries = [(name, library if hasattr(library, "album_count") else folder_library(self.profile, library)) for name, library in libraries.items()]
        self.users = []
        self.browser = Browser(self)
        self.playlists = Playlists(self)

    def add_user(self, name, password, **rights):
        self.users.append(User(name, password, **rights))
        return self.users[-1]

    # Requests

    def kind_of(self, request):
        request.method_name = request.path.removeprefix("/rest/").removesuffix(".view") if request.path.startswith("/rest/") else ""
        return KINDS.get(request.method_name, "other")

    def respond(self, request):
        pairs = list(request.query)
        form = (request.headers.get("Content-Type") or "").startswith("application/x-www-form-urlencoded")
        if request.method == "POST" and form and self.profile.form_post:
            pairs += parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        elif request.method not in ("GET", "POST"):
            self.violation(request, "the protocol knows GET and POST only")
        with self.lock:
            if request.method_name not in METHODS or request.method_name == "getOpenSubsonicExtensions" and self._extensions() is None:
                return self._unknown_method(request, pairs)
            self._check(request, pairs)
            try:
                answer = self._operate(request.method_name, dict(reversed(pairs)), pairs)
            except Failure as failure:
                answer = self.failed(failure.code, failure.message)
        if isinstance(answer, Answer):
            return answer
        return self._said(dict(pairs).get("f"), answer)

    def _check(self, request, pairs):
        allowed = f"{COMMON} {METHODS[request.method_name]}".split()
        names = [name for name, _ in pairs]
        for name in dict.fromkeys(names):
            if name + "*" not in allowed and name not in allowed:
                self.violation(request, f"{request.method_name} knows no parameter {name}")
            elif name in allowed and names.count(name) > 1:
                self.violation(request, f"{name} is given {names.count(name)} times")
        values = dict(pairs)
        for name in ("v", "c"):
            if not values.get(name) and self.profile.form_post:
                self.violation(request, f"{name} is missing")
        if request.method_name == "getAlbumList2" and not 1 <= int(values.get("size", 10)) <= 500:
            self.violation(request, "the size of a page is 1 to 500; 0 may mean everything")

    def _unknown_method(self, request, pairs):
        if request.method_name not in METHODS:
            self.violation(request, f"this fake knows no method {request.method_name}")
        if self.profile.unknown_method == "error 70":
            return self._said(dict(pairs).get("f"), self.failed(70, "view not found"))
        return text(404, "404 page not found\n") if self.profile.unknown_method == "404 text" else Answer(404)

    def _head(self, status):
        head = {"status": status, "version": self.profile.version, "type": self.profile.type, "serverVersion": self.profile.server_version}
        if self.profile.open_subsonic or self.api_key:
            head["openSubsonic"] = True
        return {key: value for key, value in head.items() if value is not None}

    def failed(self, code, message):
        return self._head("failed") | {"error": {"code": code, "message": message}}

    def _said(self, form, body):
        if form == "json":
            answer = json_answer({"subsonic-response": body})
            answer.content_type, answer.chunked = "application/json", answer.length > LARGE
            return answer
        error = body.get("error")
        inner = f'<error code="{error["code"]}" message={quoteattr(error["message"])}/>' if error else ""
        xml = f'<subsonic-response xmlns="http://subsonic.org/restapi" status="{body["status"]}" version="{self.profile.version}">{inner}</subsonic-response>'
        return Answer(200, xml.encode(), "application/xml")

    def unauthorized(self, request):
        return self._said("json", self.failed(40, "Wrong username or password"))

    # Login

    def _extensions(self):
        own = self.profile.extensions
        return (own or []) + [{"name": "apiKeyAuthentication", "versions": [1]}] if self.api_key else own

    def _login(self, values):
        if key := values.get("apiKey"):
            if self.api_key is None:
                raise Failure(self.profile.api_key_error, "Required parameter is missing.")
            if values.get("u"):
                raise Failure(43, "Multiple conflicting authentication mechanisms provided")
            if key != self.api_key:
                raise Failure(44, "Invalid API key")
            return self.users[0]
        if not values.get("u"):
            raise Failure(10 if self.profile.form_post else 40, "Required parameter 'u' is missing.")
        user = next((user for user in self.users if user.name == values["u"]), None)
        token, salt, password = values.get("t"), values.get("s"), values.get("p")
        if token and salt:
            if self.profile.token_error:
                raise Failure(self.profile.token_error, "Token authentication not supported")
            if user and token.lower() == hashlib.md5((user.password + salt).encode()).hexdigest():
                return user
        elif password:
            try:
                plain = bytes.fromhex(password.removeprefix("enc:")).decode() if password.startswith("enc:") else password
            except ValueError:
                plain = None
            if user and plain == user.password:
                return user
        else:
            raise Failure(self.profile.without_password, "Required parameter is missing.")
        raise Failure(40, "Wrong username or password")

    # Methods

    def _operate(self, name, values, pairs):
        browser, lists, ok = self.browser, self.playlists, self._head("ok")
        if name == "getOpenSubsonicExtensions" and not self.profile.extensions_need_login:
            return ok | {"openSubsonicExtensions": self._extensions()}
        user = self._login(values)
        many = lambda key: [value for name_, value in pairs if name_ == key]
        actions = {
            "ping": lambda: {}, "getLicense": lambda: {"license": {"valid": True}}, "tokenInfo": lambda: {"tokenInfo": {"username": user.name}},
            "getOpenSubsonicExtensions": lambda: {"openSubsonicExtensions": self._extensions()},
            "getUser": lambda: {"user": self._user(values, user)},
            "getMusicFolders": lambda: {"musicFolders": {"musicFolder": [{"id": position, "name": entry[0]} for position, entry in enumerate(self.libraries)]}},
            "getScanStatus": self._scan_status, "startScan": self._scan,
            "getAlbumList2": lambda: browser.list_albums(values), "getAlbum": lambda: browser.get_album(values),
            "getSong": lambda: browser.get_song(values), "search3": lambda: browser.search(values),
            "download": lambda: self._download(values, user), "stream": lambda: browser.download(values),
            "getPlaylists": lambda: lists.list(values, user), "getPlaylist": lambda: lists.read(values, user),
            "createPlaylist": lambda: lists.create(values, many("songId"), user),
            "updatePlaylist": lambda: lists.update(values, many("songIdToAdd"), many("songIndexToRemove"), user),
            "deletePlaylist": lambda: lists.delete(values, user),
        }
        result = actions[name]()
        return result if isinstance(result, Answer) else ok | result

    def _user(self, values, user):
        asked = values.get("username", user.name)
        found = next((other for other in self.users if other.name == asked), None)
        if found is not user and not user.admin:
            raise Failure(50, "not authorized")
        if found is None:
            raise Failure(70, "User not found")
        return {"username": found.name, "adminRole": found.admin, "downloadRole": found.download, "streamRole": True, "playlistRole": True,
                "scrobblingEnabled": True, "settingsRole": True, "uploadRole": False, "folder": list(range(len(self.libraries)))}

    def _download(self, values, user):
        if not user.download:
            raise Failure(50, "downloads are disabled")
        return self.browser.download(values)

    def _scan_status(self):
        return {"scanStatus": {"scanning": False, "count": sum(library.track_count for _, library in self.libraries)}}

    def _scan(self):
        for _, library in self.libraries:
            library.rescan()
        return self._scan_status()

    # What the tests do to it

    def note(self, action, playlist, user):
        self.journal.append((action, playlist.id, playlist.name, user.name))

    def vanish(self, request):
        for _, value in request.query + parse_qsl(request.body.decode("utf-8", "replace")):
            if found := self.browser.track(value):
                self.libraries[found[0]][1].remove_track(found[1].number)
            elif found := self.browser.album(value):
                self.libraries[found[0]][1].remove_album(found[1].number)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--music", help="a folder")
    parser.add_argument("--generate", metavar="ALBUMSxTRACKS", help="a made-up library in place of a folder")
    parser.add_argument("--profile", choices=PROFILES, default="navidrome")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--api-key")
    parser.add_argument("--no-tokens", action="store_true", help="refuse login by token with error 41")
    parser.add_argument("--user", action="append", metavar="NAME:PASSWORD", help="the first one is an administrator")
    parser.add_argument("--fault", action="append", default=[], metavar="JSON", help='as in {"name": "stall", "pattern": "download", "times": 1}')
    arguments = parser.parse_args()
    if not arguments.music and not arguments.generate:
        parser.error("--music or --generate is needed")
    library = arguments.music or GeneratedLibrary(*map(int, arguments.generate.split("x")))
    fake = SubsonicFake({"Music": library}, arguments.profile, arguments.port, api_key=arguments.api_key, tokens=not arguments.no_tokens)
    for name in arguments.user or ["bob:bobpw"]:
        fake.add_user(*name.split(":", 1), admin=not fake.users)
    for options in map(json.loads, arguments.fault):
        fake.faults.add(options.pop("name"), options.pop("pattern"), **options)
    serve_as_process(fake, [f"user {user.name}, password {user.password}" for user in fake.users])


if __name__ == "__main__":
    main()
