"""A stateful fake of Jellyfin 10.10.7, 10.11.11 and 12.0.0: users, libraries, albums, tracks, downloads, playlists.

    PYTHONPATH=tests python3 -m servers.jellyfin_fake --music DIR [--version 10.11.11] [--port 0] [--api-key KEY] [--user NAME:PASSWORD]...
                                                      [--generate ALBUMSxTRACKS] [--fault JSON]...

prints its address, then JELLYFIN_TOKEN and the id of each user. Every request is held against the OpenAPI document of the version; one
that it does not know is a violation, which fails the test that uses the fake. How it answers follows the server's source, by reading:
nothing here proves that a real Jellyfin does the same.
"""

import argparse
import json

from servers.fake import Fake, json_answer, serve_as_process
from servers.generated import GeneratedLibrary
from servers.jellyfin_catalogue import Catalogue, missing
from servers.jellyfin_items import View
from servers.jellyfin_playlists import Playlists
from servers.jellyfin_users import Refusal, Users, refused
from servers.library import FolderLibrary
from servers.openapi_check import Specification
from servers.wire import Answer

VERSIONS = ("10.10.7", "10.11.11", "12.0.0")
PUBLIC = {"GetPublicSystemInfo", "GetPingSystem", "AuthenticateUserByName"}
KINDS = {
    "GetPublicSystemInfo": "info", "GetSystemInfo": "info", "GetPingSystem": "info", "AuthenticateUserByName": "login", "ReportSessionEnded": "login",
    "GetUsers": "users", "GetCurrentUser": "users", "GetUserById": "users", "GetUserViews": "libraries", "GetVirtualFolders": "libraries",
    "GetMediaFolders": "libraries", "GetItemCounts": "totals", "GetItem": "item", "DeleteItem": "playlist_delete", "GetDownload": "download",
    "GetLyrics": "lyrics", "CreatePlaylist": "playlist_create", "GetPlaylist": "playlist_read", "GetPlaylistItems": "playlist_read",
    "UpdatePlaylist": "playlist_change", "AddItemToPlaylist": "playlist_change", "RemoveItemFromPlaylist": "playlist_change",
    "MoveItem": "playlist_change", "GetPlaylistUsers": "playlist_read", "UpdatePlaylistUser": "playlist_change",
}


class JellyfinFake(Fake):
    """`libraries`: name -> FolderLibrary or GeneratedLibrary. `check_answers`: the fake's own answers are held against the document, too."""

    def __init__(self, libraries, version="10.11.11", port=0, host="127.0.0.1", api_key="b3b6cf1c0a5d4b0f9a5e8e1f6d7c2a90", check_answers=False):
        super().__init__(port, host)
        self.version_text, self.version = version, tuple(int(part) for part in version.split("."))
        self.specification, self.check_answers = Specification(version), check_answers
        self.server_id = "c0ffee00c0ffee00c0ffee00c0ffee00"
        self.views = [View(number, name, library) for number, (name, library) in enumerate(libraries.items())]
        self.catalogue = Catalogue(self, self.views)
        self.users, self.playlists = Users(self, api_key), Playlists(self)

    @property
    def api_key(self):
        return self.users.api_key

    # Requests

    def kind_of(self, request):
        request.operation, request.values = self.specification.find(request)
        if request.operation is None:
            return "other"
        if request.operation.name != "GetItems":
            return KINDS[request.operation.name]
        types = request.all("includeItemTypes")
        if types == ["MusicAlbum"]:
            return "albums"
        if types == ["Playlist"]:
            return "playlist_list"
        if request.first("ids"):
            return "item"
        return "album" if request.first("albumIds") or self.catalogue.is_album(request.first("parentId")) else "tracks"

    def respond(self, request):
        with self.lock:
            try:
                answer = self._respond(request)
            except Refusal as refusal:
                answer = refusal.answer
        if self.check_answers:
            self.violations += self.specification.problems_of_answer(request, answer)
        answer.headers.setdefault("Server", "Kestrel")
        answer.chunked = answer.compressible
        return answer

    def _respond(self, request):
        problems = self.specification.problems(request)
        for problem in problems:
            self.violation(request, problem)
        if request.operation is None:
            return Answer(404)
        if any("content type" in problem for problem in problems):
            return Answer(415)
        if any("knows no parameter" not in problem for problem in problems):
            return json_answer({"title": "One or more validation errors occurred.", "status": 400}, 400)
        body = json.loads(request.body) if request.body else {}
        caller = None if request.operation.name in PUBLIC else self.users.caller(request)
        return self._operate(request.operation.name, request, caller, body, **{name.lower(): value for name, value in request.values.items()})

    def unauthorized(self, request):
        return Answer(401)

    def _operate(self, name, request, caller, body, itemid=None, playlistid=None, userid=None, newindex=None):
        lists, catalogue = self.playlists, self.catalogue
        actions = {
            "GetPublicSystemInfo": lambda: json_answer(self._info()),
            "GetSystemInfo": lambda: json_answer(self._info() | {"HasPendingRestart": False, "IsShuttingDown": False, "SupportsLibraryMonitor": True}),
            "GetPingSystem": lambda: json_answer("Jellyfin Server"),
            "AuthenticateUserByName": lambda: self.users.authenticate(request, body),
            "ReportSessionEnded": lambda: Answer(204),
            "GetUsers": lambda: json_answer([self.users.dto(user) for user in self.users.all]),
            "GetCurrentUser": lambda: self._me(caller),
            "GetUserById": lambda: json_answer(self.users.dto(self.users.find(userid) or missing())),
            "GetUserViews": lambda: catalogue.user_views(caller), "GetVirtualFolders": lambda: catalogue.virtual_folders(caller),
            "GetMediaFolders": lambda: catalogue.media_folders(caller),
            "GetItems": lambda: catalogue.items(request, caller), "GetItemCounts": lambda: catalogue.counts(caller),
            "GetItem": lambda: catalogue.item(request, caller, itemid), "DeleteItem": lambda: self._delete(request, caller, itemid),
            "GetDownload": lambda: catalogue.download(caller, itemid), "GetLyrics": lambda: missing(),
            "CreatePlaylist": lambda: lists.create(caller, body), "GetPlaylist": lambda: lists.read(caller, playlistid),
            "UpdatePlaylist": lambda: lists.update(caller, playlistid, body), "GetPlaylistItems": lambda: lists.list_items(caller, playlistid),
            "AddItemToPlaylist": lambda: lists.add_items(caller, playlistid), "RemoveItemFromPlaylist": lambda: lists.remove_items(caller, playlistid),
            "MoveItem": lambda: lists.move_item(caller, playlistid, itemid, newindex), "GetPlaylistUsers": lambda: lists.list_users(caller, playlistid),
            "UpdatePlaylistUser": lambda: lists.share(caller, playlistid, userid, body),
        }
        return actions[name]()

    def _info(self):
        return {"LocalAddress": self.url, "ServerName": "fake", "Version": self.version_text, "ProductName": "Jellyfin Server", "OperatingSystem": "",
                "Id": self.server_id, "StartupWizardCompleted": True}

    def _me(self, caller):
        if caller.is_api_key:
            raise refused(400, "")
        return json_answer(self.users.dto(caller.user))

    def _delete(self, request, caller, text):
        playlist = self.playlists.find(text)
        if playlist:
            return self.playlists.delete(caller, playlist)
        if not self.catalogue.playable(text):
            return missing()
        self.violation(request, "this deletes music from disk")
        self.journal.append(("delete_music", text, "", caller.user.name if caller.user else ""))
        return Answer(204)

    # What the tests do to it

    def note(self, action, playlist, user):
        self.journal.append((action, playlist.id, playlist.name, user.name if user else ""))

    def vanish(self, request):
        for text in [*request.values.values(), *(value for _, value in request.query)]:
            if found := self.catalogue.locate(text, "track"):
                found[0].library.remove_track(found[1].number)
            elif found := self.catalogue.locate(text, "album"):
                found[0].library.remove_album(found[1].number)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--music", help="a folder, served as the library Music")
    parser.add_argument("--generate", metavar="ALBUMSxTRACKS", help="a made-up library in place of a folder")
    parser.add_argument("--version", choices=VERSIONS, default="10.11.11")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--api-key", default="b3b6cf1c0a5d4b0f9a5e8e1f6d7c2a90")
    parser.add_argument("--user", action="append", metavar="NAME:PASSWORD", help="the first one is an administrator")
    parser.add_argument("--fault", action="append", default=[], metavar="JSON", help='as in {"name": "stall", "pattern": "download", "times": 1}')
    arguments = parser.parse_args()
    if not arguments.music and not arguments.generate:
        parser.error("--music or --generate is needed")
    library = FolderLibrary(arguments.music, joins_discs=True) if arguments.music else GeneratedLibrary(*map(int, arguments.generate.split("x")))
    fake = JellyfinFake({"Music": library}, arguments.version, arguments.port, api_key=arguments.api_key)
    for name in arguments.user or ["bob:bobpw"]:
        fake.users.add(*name.split(":", 1), admin=not fake.users.all)
    for options in map(json.loads, arguments.fault):
        fake.faults.add(options.pop("name"), options.pop("pattern"), **options)
    serve_as_process(fake, [f"JELLYFIN_TOKEN={fake.api_key}", *(f"JELLYFIN_USER_ID={user.id}  # {user.name}" for user in fake.users.all)])


if __name__ == "__main__":
    main()
