"""Playlists of the fake Jellyfin: owners, shares, the rules of who may do what, and what an API key cannot do.

Read from the server's source, and from its issues 12999, 13476 and 15600: several calls look up the playlist for the calling user
only and answer 400 to an API key, which has none. Version 12 lets an API key remove items.
"""

import itertools
import re
from dataclasses import dataclass, field

from servers import ids
from servers.fake import json_answer
from servers.jellyfin_items import pruned
from servers.jellyfin_users import BROKEN, refused
from servers.wire import Answer

NOT_FOUND = "Playlist not found"


@dataclass
class Playlist:
    id: str
    name: str
    owner: object  # a User
    items: list[str]  # ids of tracks, each once
    public: bool
    shares: dict[str, bool] = field(default_factory=dict)  # user id -> may edit
    path: str = ""

    def seen_by(self, user):
        return user is None or self.public or self.owner is user or user.id in self.shares

    def edited_by(self, user):
        return self.owner is user or bool(self.shares.get(user.id))


class Playlists:
    def __init__(self, fake):
        self.fake, self.all, self._numbers = fake, {}, itertools.count(1)

    def find(self, text):
        item = ids.from_hex(text)
        return self.all.get(ids.to_hex(item)) if item else None

    def add(self, name, owner, items=(), public=True, shares=None):
        """Also for the tests: a playlist that a person made."""
        playlist = Playlist(ids.to_hex(ids.Item("playlist", 0, 0, next(self._numbers))), name, owner, [], public, shares or {})
        taken = {other.path for other in self.all.values()}
        playlist.path = "/config/data/playlists/" + re.sub(r'[\\/:*?"<>|]', " ", name)
        while playlist.path in taken:
            playlist.path += "1"
        self.all[playlist.id] = playlist
        self._extend(playlist, items)
        return playlist

    def _extend(self, playlist, texts, position=None):
        """Unknown ids are dropped, albums become their tracks, and what is in the playlist already is not added again."""
        new = []
        for text in texts:
            new += [item for item in self.fake.catalogue.playable(text) if item not in playlist.items and item not in new]
        at = len(playlist.items) if position is None else min(max(0, position), len(playlist.items))
        playlist.items[at:at] = new

    def dto(self, playlist, fields=()):
        seconds = sum(self.fake.catalogue.seconds_of(item) for item in playlist.items)
        extra = {"ChildCount": len(playlist.items), "RecursiveItemCount": len(playlist.items), "Path": playlist.path, "SortName": playlist.name.casefold(),
                 "DateCreated": "2026-01-01T00:00:00.0000000Z", "CanDelete": True}
        return pruned({"Name": playlist.name, "ServerId": self.fake.server_id, "Id": playlist.id, "RunTimeTicks": round(seconds * 10_000_000),
                       "IsFolder": True, "Type": "Playlist", "ImageTags": {}, "BackdropImageTags": [], "LocationType": "FileSystem",
                       "MediaType": "Audio"} | {key: extra[key] for key in fields if key in extra})

    def _visible(self, text, user):
        """The playlist for this user. An API key that names no user cannot be looked up: 400."""
        if user is None:
            raise refused(400, BROKEN)
        playlist = self.find(text)
        if playlist is None or not playlist.seen_by(user):
            raise refused(404, NOT_FOUND)
        return playlist

    def _editable(self, text, user):
        playlist = self._visible(text, user)
        if not playlist.edited_by(user):
            raise refused(403)
        return playlist

    def create(self, caller, body):
        query = caller.request
        name = query.first("name") or body.get("Name")
        texts = query.all("ids") or body.get("Ids") or []
        owner = self.fake.users.acting(caller, query.first("userId") or body.get("UserId"))
        if owner is None or not name:
            raise refused(400, BROKEN)
        if not (query.first("mediaType") or body.get("MediaType")):
            for text in texts:  # the type is that of the first item that has one
                if self.fake.catalogue.playable(text):
                    break
                raise refused(400, BROKEN)
        shares = {self.fake.users.find(share["UserId"]).id: share["CanEdit"] for share in body.get("Users") or [] if self.fake.users.find(share["UserId"])}
        playlist = self.add(name, owner, texts, body.get("IsPublic", True if body else False), shares)
        self.fake.note("create", playlist, owner)
        return json_answer({"Id": playlist.id})

    def read(self, caller, text):
        playlist = self._visible(text, caller.user)
        return json_answer({"OpenAccess": playlist.public, "Shares": self._shares(playlist), "ItemIds": playlist.items})

    def update(self, caller, text, body):
        playlist = self._editable(text, caller.user)
        if body.get("Ids") is not None:
            playlist.items.clear()
            self._extend(playlist, body["Ids"])
        playlist.name = body.get("Name") or playlist.name
        if body.get("IsPublic") is not None:
            playlist.public = body["IsPublic"]
        if body.get("Users") is not None:
            playlist.shares = {ids.to_hex(ids.from_hex(share["UserId"])): share["CanEdit"] for share in body["Users"]}
        self.fake.note("update", playlist, caller.user)
        return Answer(204)

    def list_items(self, caller, text):
        user = self.fake.users.acting(caller, caller.request.first("userId"))
        playlist = self._visible(text, user)
        start, limit = int(caller.request.first("startIndex") or 0), caller.request.first("limit")
        present = [item for item in playlist.items if self.fake.catalogue.playable(item)]
        page = present[start:start + int(limit) if limit else None]
        fields = caller.request.all("fields")
        return json_answer({"Items": [self.fake.catalogue.track_json(item, fields) | {"PlaylistItemId": item} for item in page], "TotalRecordCount": len(present),
                            "StartIndex": start})

    def add_items(self, caller, text):
        user = self.fake.users.acting(caller, caller.request.first("userId"))
        playlist = self._editable(text, user)
        position = caller.request.first("position")
        self._extend(playlist, caller.request.all("ids"), int(position) if position else None)
        self.fake.note("add", playlist, user)
        return Answer(204)

    def remove_items(self, caller, text):
        if caller.is_api_key and self.fake.version >= (12,):
            playlist = self.find(text)
            if playlist is None:
                raise refused(404)
        else:
            playlist = self._editable(text, caller.user)
        gone = {item.replace("-", "").lower() for item in caller.request.all("entryIds")}
        playlist.items = [item for item in playlist.items if item not in gone]
        self.fake.note("remove", playlist, caller.user)
        return Answer(204)

    def move_item(self, caller, text, item, index):
        playlist = self._editable(text, caller.user)
        if item in playlist.items:
            playlist.items.remove(item)
            playlist.items.insert(int(index), item)
        return Answer(204)

    def _shares(self, playlist):
        return [{"UserId": user, "CanEdit": edits} for user, edits in playlist.shares.items()]

    def list_users(self, caller, text):
        playlist = self._visible(text, caller.user)
        if playlist.owner is not caller.user:
            raise refused(403)
        return json_answer(self._shares(playlist))

    def share(self, caller, text, user_id, body):
        playlist = self._visible(text, caller.user)
        if playlist.owner is not caller.user:
            raise refused(403)
        playlist.shares[self.fake.users.acting(caller, user_id).id if caller.admin else user_id] = bool(body.get("CanEdit"))
        return Answer(204)

    def delete(self, caller, playlist):
        """The owner, an administrator or an API key may; others are told 401, or 404 when they do not see it."""
        if not playlist.seen_by(caller.user):
            raise refused(404)
        if not caller.admin and playlist.owner is not caller.user:
            raise refused(401, "Unauthorized access")
        del self.all[playlist.id]
        self.fake.note("delete", playlist, caller.user)
        return Answer(204)
