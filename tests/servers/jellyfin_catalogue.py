"""The libraries of the fake Jellyfin: finding items by id, answering GET /Items, downloads."""

from urllib.parse import quote

from servers import ids
from servers.fake import json_answer
from servers.generated import GeneratedLibrary
from servers.jellyfin_items import Query, album_dto, check_query, fast_page, name_of, track_dto, view_dto
from servers.jellyfin_users import BROKEN, refused
from servers.wire import Answer

MEDIA_TYPES = {"mp3": "audio/mpeg", "flac": "audio/flac", "ogg": "audio/ogg", "opus": "audio/ogg", "m4a": "audio/mp4", "wav": "audio/wav"}
ALL_FIELDS = ("Path", "DateCreated", "Genres", "MediaSources", "ParentId", "SortName", "CanDownload", "CanDelete", "Etag", "ChildCount", "RecursiveItemCount",
              "CumulativeRunTimeTicks")


def missing():
    raise refused(404, "Not Found")


class Catalogue:
    def __init__(self, fake, views):
        self.fake, self.views = fake, views

    def views_of(self, user):
        return [view for view in self.views if user is None or user.sees(view.name)]

    def user_views(self, caller):
        user = self.fake.users.acting(caller, caller.request.first("userId"))
        if user is None:
            raise refused(400, BROKEN)
        found = [view_dto(view, self.fake.server_id) for view in self.views_of(user)]
        return self._result(found, len(found), 0)

    def media_folders(self, caller):
        self._elevated(caller)
        return self._result([view_dto(view, self.fake.server_id) for view in self.views], len(self.views), 0)

    def virtual_folders(self, caller):
        self._elevated(caller)
        return json_answer([{"Name": view.name, "Locations": [view.path("").rstrip("/")], "CollectionType": "music", "ItemId": view.id} for view in self.views])

    @staticmethod
    def _elevated(caller):
        if not caller.admin:
            raise refused(403)

    def counts(self, caller):
        views = self.views_of(self.fake.users.acting(caller, caller.request.first("userId")))
        songs, albums = sum(view.library.track_count for view in views), sum(view.library.album_count for view in views)
        return json_answer({"SongCount": songs, "AlbumCount": albums, "ItemCount": songs + albums})

    def locate(self, text, kind):
        """(view, item) of the album or track with this id; None when there is none (any more)."""
        item = ids.from_hex(text or "")
        if item is None or item.kind != kind or item.library >= len(self.views):
            return None
        view = self.views[item.library]
        if kind == "track" and item.generation != view.library.generation:
            return None
        found = (view.library.album if kind == "album" else view.library.track)(item.number)
        return (view, found) if found else None

    def is_album(self, text):
        item = ids.from_hex(text or "")
        return item is not None and item.kind == "album"

    def playable(self, text):
        """The ids of the tracks that an id means: itself, or those of an album."""
        if found := self.locate(text, "track"):
            return [found[0].track_id(found[1].number)]
        if found := self.locate(text, "album"):
            return [found[0].track_id(track.number) for track in found[0].library.tracks_of(found[1].number)]
        return []

    def seconds_of(self, text):
        found = self.locate(text, "track")
        return found[1].seconds or 0 if found else 0

    def track_json(self, text, fields):
        view, track = self.locate(text, "track")
        return track_dto(view, track, self.fake.server_id, fields)

    def items(self, request, caller):
        query = Query(request)
        check_query(query, self.fake)
        user = self.fake.users.acting(caller, request.first("userId"))
        if query.ids:
            found = [dto for text in query.ids for dto in self._dtos(text, user, query.fields)]
            return self._result(found, len(found), 0)
        if not query.parent and not query.recursive:
            found = [view_dto(view, self.fake.server_id) for view in self.views_of(user)]
            return self._result(found, len(found), 0)
        if query.types == ["Playlist"]:
            found = [playlist for playlist in self.fake.playlists.all.values() if playlist.seen_by(user) and query.search in playlist.name.casefold()]
            if query.sort and query.sort[0][0] in ("SortName", "Name"):
                found.sort(key=lambda playlist: playlist.name.casefold(), reverse=query.sort[0][1])
            return self._result([self.fake.playlists.dto(playlist, query.fields) for playlist in query.page(found)], len(found), query.start)
        return self._music(query, caller, user)

    def _music(self, query, caller, user):
        kind = query.types[0] if len(query.types) == 1 else "Audio" if query.request.all("mediaTypes") == ["Audio"] or query.albums else None
        views = self.views_of(user)
        albums = [self.locate(text, "album") for text in query.albums or ([query.parent] if self.is_album(query.parent) else [])]
        if query.parent and not self.is_album(query.parent):
            views = [view for view in self.views if view.id == query.parent.replace("-", "").lower()]
            if views and not caller.is_api_key and not user.sees(views[0].name):
                raise refused(401, f"{user.name} is not permitted to access Library {views[0].name}.")
        if query.parent and (not views or albums == [None]):  # it is gone: the source takes its visibility first, which has none
            if caller.is_api_key:
                return self._result([], 0, query.start)
            raise refused(500, BROKEN)
        if albums:  # the children of an album are its files; those in a folder of a disc are grandchildren
            found = [(view, track) for view, album in filter(None, albums) for track in view.library.tracks_of(album.number)
                     if kind != "MusicAlbum" and (query.recursive or query.albums or not track.in_disc_folder)]
        elif kind not in ("Audio", "MusicAlbum"):
            self.fake.violation(query.request, f"this fake lists no items of the types {query.types}")
            raise refused(501, BROKEN)
        elif len(views) == 1 and isinstance(views[0].library, GeneratedLibrary) and not query.search:
            page, total = fast_page(query, views[0].library, kind)
            return self._result([self._dto(views[0], item, query.fields) for item in page], total, query.start)
        elif not query.recursive:  # the children of a library are folders, and files that belong to no album
            found = [(view, track) for view in views for track in view.library.tracks() if track.album is None and kind == "Audio"]
        else:
            found = [(view, item) for view in views for item in (view.library.albums() if kind == "MusicAlbum" else view.library.tracks())]
        place = {id(item): view for view, item in found}
        items = query.sorted([item for _, item in found if query.search in name_of(item).casefold()])
        return self._result([self._dto(place[id(item)], item, query.fields) for item in query.page(items)], len(items), query.start)

    def _dto(self, view, item, fields):
        return (track_dto if hasattr(item, "title") else album_dto)(view, item, self.fake.server_id, fields)

    def _dtos(self, text, user, fields):
        for kind in ("track", "album"):
            found = self.locate(text, kind)
            if found and (user is None or user.sees(found[0].name)):
                yield self._dto(*found, fields)
        playlist = self.fake.playlists.find(text)
        if playlist and playlist.seen_by(user):
            yield self.fake.playlists.dto(playlist, fields)

    def _result(self, items, total, start):
        return json_answer({"Items": items, "TotalRecordCount": total, "StartIndex": start})

    def item(self, request, caller, text):
        user = self.fake.users.acting(caller, request.first("userId"))
        for dto in self._dtos(text, user, ALL_FIELDS):
            return json_answer(dto)
        return missing()

    def download(self, caller, text):
        if caller.user is not None and not caller.user.download:
            raise refused(403)
        found = self.locate(text, "track")
        if found is None or not (caller.user is None or caller.user.sees(found[0].name)):
            raise refused(400, BROKEN) if self.is_album(text) or self.fake.playlists.find(text) else refused(404, "Not Found")
        view, track = found
        audio = view.library.audio(track)
        if audio is None:
            raise refused(404, BROKEN)
        name = track.path.rsplit("/", 1)[-1]
        return Answer(200, audio, MEDIA_TYPES.get(track.suffix, "application/octet-stream"), ranges=True,
                      headers={"Content-Disposition": f"attachment; filename=\"{quote(name)}\"; filename*=UTF-8''{quote(name)}"})
