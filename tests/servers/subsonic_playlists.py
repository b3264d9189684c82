"""Playlists of the fake Subsonic servers."""

import itertools
from dataclasses import dataclass

from servers import ids
from servers.subsonic_browse import Failure, make_id, read_id


@dataclass
class Playlist:
    id: str
    name: str
    owner: object
    songs: list[str]
    public: bool = False
    comment: str = ""


class Playlists:
    def __init__(self, fake):
        self.fake, self.profile, self.browser, self.all, self._numbers = fake, fake.profile, fake.browser, {}, itertools.count(1)

    def add(self, name, owner, songs=(), public=False):
        """Also for the tests: a playlist that a person made."""
        playlist = Playlist(make_id(self.profile, ids.Item("playlist", 0, 0, next(self._numbers))), name, owner, [], public)
        self.all[playlist.id] = playlist
        playlist.songs = self._known(songs)
        return playlist

    def _known(self, songs):
        known = [song for song in songs if self.browser.track(song)]
        return [] if self.profile.unknown_song == "empties" and len(known) < len(songs) else known

    def json(self, playlist, with_entries=False):
        found = [(song, self.browser.track(song)) for song in playlist.songs]
        present = [entry for _, entry in found if entry]
        count = len(playlist.songs) if self.profile.keeps_missing and not with_entries else len(present)
        body = {"id": playlist.id, "name": playlist.name, "comment": playlist.comment, "owner": playlist.owner.name, "public": playlist.public,
                "songCount": count, "duration": int(sum(track.seconds or 0 for _, track in present)), "created": "2026-01-01T00:00:00Z",
                "changed": "2026-01-01T00:00:00Z"}
        if with_entries and (present or "entry" in self.profile.empty_arrays):
            body["entry"] = [self.browser.song(*entry) for entry in present]
        return body

    def _find(self, text, missing=70):
        if text not in self.all:
            raise Failure(self.profile.malformed_id if read_id(self.profile, text, "playlist") is None else missing, "playlist not found")
        return self.all[text]

    def _changeable(self, playlist, user):
        if playlist.owner is not user:
            raise Failure(50 if playlist.public else self.profile.foreign_private, "not yours")

    def list(self, parameters, user):
        found = [self.json(playlist) for playlist in self.all.values() if playlist.owner is user or playlist.public]
        return {"playlists": {"playlist": found} if found or "playlist" in self.profile.empty_arrays else {}}

    def read(self, parameters, user):
        playlist = self._find(self.browser.needed(parameters, "id"))
        if playlist.owner is not user and not playlist.public:
            raise Failure(self.profile.foreign_private, "not yours")
        return {"playlist": self.json(playlist, with_entries=True)}

    def create(self, parameters, songs, user):
        if text := parameters.get("playlistId"):
            return self._replace(text, songs, user)
        name = parameters.get("name", self.profile.without_name)
        if name is None:
            raise Failure(0, "a name is needed")
        return self._made(name, songs, user)

    def _made(self, name, songs, user):
        playlist = self.add(name, user, songs)
        self.fake.note("create", playlist, user)
        return {"playlist": self.json(playlist, with_entries=True)}

    def _replace(self, text, songs, user):
        if text not in self.all and self.profile.deleted_replace is not None and read_id(self.profile, text, "playlist"):
            return self._made(self.profile.deleted_replace, songs, user)
        playlist = self._find(text)
        self._changeable(playlist, user)
        playlist.songs = self._known(songs)
        self.fake.note("replace", playlist, user)
        return {"playlist": self.json(playlist, with_entries=True)}

    def update(self, parameters, added, removed, user):
        playlist = self._find(self.browser.needed(parameters, "playlistId"), self.profile.deleted_update)
        if playlist.owner is not user and self.profile.foreign_update_ok:
            return {}
        self._changeable(playlist, user)
        gone = {int(index) for index in removed}
        playlist.songs = [song for index, song in enumerate(playlist.songs) if index not in gone] + self._known(added)
        playlist.name = parameters.get("name") or playlist.name
        playlist.comment = parameters.get("comment", playlist.comment)
        playlist.public = parameters["public"] == "true" if "public" in parameters else playlist.public
        self.fake.note("update", playlist, user)
        return {}

    def delete(self, parameters, user):
        text = self.browser.needed(parameters, "id")
        if text not in self.all and self.profile.deleted_delete_ok:
            return {}
        playlist = self._find(text)
        self._changeable(playlist, user)
        del self.all[text]
        self.fake.note("delete", playlist, user)
        return {}
