"""Albums, tracks and libraries of the fake Jellyfin as its JSON, and the queries for them."""

import hashlib
from dataclasses import dataclass

from servers import ids
from servers.jellyfin_users import BROKEN, refused

TICKS = 10_000_000  # in a second
SORT_KEYS = {
    "DateCreated": lambda item: item.created, "DateLastContentAdded": lambda item: item.created,
    "SortName": lambda item: name_of(item).casefold(), "Name": lambda item: name_of(item).casefold(), "Default": lambda item: name_of(item).casefold(),
    "Album": lambda item: (getattr(item, "album_name", None) or "").casefold(), "AlbumArtist": lambda item: (artist_of(item) or "").casefold(),
    "Artist": lambda item: (item.artist or "").casefold(), "ProductionYear": lambda item: item.year or 0,
    "ParentIndexNumber": lambda item: getattr(item, "disc", None) or 0, "IndexNumber": lambda item: getattr(item, "index", None) or 0,
}
# Parameters of GET /Items that this fake acts on, and those that change nothing that is asked for here.
UNDERSTOOD = {"userid", "parentid", "includeitemtypes", "excludeitemtypes", "recursive", "startindex", "limit", "sortby", "sortorder", "fields", "ids",
              "albumids", "searchterm", "mediatypes", "enabletotalrecordcount"}
HARMLESS = {"enableimages", "enableimagetypes", "imagetypelimit", "enableuserdata", "collapseboxsetitems"}


def name_of(item):
    return getattr(item, "title", None) or item.name


def artist_of(item):
    return getattr(item, "album_artist", None) or item.artist


def hash_id(*words):
    return hashlib.md5("\0".join(words).encode()).hexdigest()


def moment(value):
    return value.strftime("%Y-%m-%dT%H:%M:%S.0000000Z")


def pruned(body):
    """Nulls are left out of the real answers, too."""
    return {key: value for key, value in body.items() if value is not None}


@dataclass
class View:
    """One library of the server."""

    number: int
    name: str
    library: object

    @property
    def id(self):
        return ids.to_hex(ids.Item("view", self.number, 0, 1))

    def album_id(self, number):
        return ids.to_hex(ids.Item("album", self.number, 0, number))

    def track_id(self, number):
        return ids.to_hex(ids.Item("track", self.number, self.library.generation, number))

    def path(self, relative):
        return f"/media/{self.name.lower()}/{relative}"


def track_dto(view, track, server_id, fields):
    ticks = round(track.seconds * TICKS) if track.seconds else None
    path = view.path(track.shown_path or track.path)
    artists = [track.artist] if track.artist else []
    item_id = view.track_id(track.number)
    source = pruned({"Protocol": "File", "Id": item_id, "Path": path, "Type": "Default", "Container": track.suffix, "Size": track.size,
                     "Name": track.title, "IsRemote": False, "RunTimeTicks": ticks, "ReadAtNativeFramerate": False, "SupportsTranscoding": True,
                     "SupportsDirectStream": True, "SupportsDirectPlay": True, "MediaStreams": []})
    extra = {"Path": path, "DateCreated": moment(track.created), "Genres": [track.genre] if track.genre else [], "MediaSources": [source],
             "ParentId": view.album_id(track.album) if track.album else view.id, "SortName": track.title.casefold(), "CanDownload": True,
             "CanDelete": False, "Etag": hash_id(path, str(track.size))}
    return pruned({
        "Name": track.title, "ServerId": server_id, "Id": item_id, "HasLyrics": False, "Container": track.suffix, "RunTimeTicks": ticks,
        "ProductionYear": track.year, "IndexNumber": track.index, "ParentIndexNumber": track.disc, "IsFolder": False, "Type": "Audio",
        "Artists": artists, "ArtistItems": [{"Name": name, "Id": hash_id("artist", name)} for name in artists], "Album": track.album_name,
        "AlbumId": view.album_id(track.album) if track.album else None, "AlbumArtist": track.album_artist,
        "AlbumArtists": [{"Name": track.album_artist, "Id": hash_id("artist", track.album_artist)}] if track.album_artist else [],
        "ImageTags": {}, "BackdropImageTags": [], "LocationType": "FileSystem", "MediaType": "Audio"} | {key: extra[key] for key in fields if key in extra})


def album_dto(view, album, server_id, fields):
    extra = {"Path": view.path(f"{album.artist}/{album.name}"), "DateCreated": moment(album.created), "Genres": [album.genre] if album.genre else [],
             "ParentId": hash_id("folder", album.artist), "SortName": album.name.casefold(), "ChildCount": album.tracks,
             "RecursiveItemCount": album.tracks, "CumulativeRunTimeTicks": round(album.seconds * TICKS)}
    artist = {"Name": album.artist, "Id": hash_id("artist", album.artist)}
    return pruned({
        "Name": album.name, "ServerId": server_id, "Id": view.album_id(album.number), "RunTimeTicks": round(album.seconds * TICKS),
        "ProductionYear": album.year, "IsFolder": True, "Type": "MusicAlbum", "Artists": [album.artist], "ArtistItems": [artist],
        "AlbumArtist": album.artist, "AlbumArtists": [artist], "ImageTags": {}, "BackdropImageTags": [], "LocationType": "FileSystem",
        "MediaType": "Unknown"} | {key: extra[key] for key in fields if key in extra})


def view_dto(view, server_id):
    return {"Name": view.name, "ServerId": server_id, "Id": view.id, "IsFolder": True, "Type": "CollectionFolder", "CollectionType": "music",
            "ImageTags": {}, "BackdropImageTags": [], "LocationType": "FileSystem", "MediaType": "Unknown"}


class Query:
    """The parameters of GET /Items."""

    def __init__(self, request):
        self.request = request
        number = lambda name: int(request.first(name)) if request.first(name) else None
        self.start, self.limit = number("startIndex") or 0, number("limit")
        self.recursive = request.first("recursive") == "true"
        self.parent, self.ids, self.albums = request.first("parentId"), request.all("ids"), request.all("albumIds")
        self.types = [kind for kind in request.all("includeItemTypes") if kind not in request.all("excludeItemTypes")]
        self.fields, self.search = request.all("fields"), (request.first("searchTerm") or "").casefold()
        order = request.all("sortOrder")
        keys = request.all("sortBy")
        self.sort = [(key, (order[index] if index < len(order) else order[0] if order else "Ascending") == "Descending") for index, key in enumerate(keys)]
        self.total_wanted = request.first("enableTotalRecordCount") != "false"

    @property
    def pages(self):
        return self.limit is not None or self.start > 0

    def sorted(self, items):
        for key, descending in reversed(self.sort):
            items = sorted(items, key=SORT_KEYS[key], reverse=descending)
        return items

    def page(self, items):
        return items[self.start:None if self.limit is None else self.start + self.limit]


def fast_page(query, library, kind):
    """A page of a generated library, where each order is that of the numbers or its reverse. (items, total)"""
    total = library.album_count if kind == "MusicAlbum" else library.track_count
    read = library.albums if kind == "MusicAlbum" else library.tracks
    key, descending = query.sort[0] if query.sort else ("SortName", False)
    limit = total if query.limit is None else query.limit
    if (key in ("DateCreated", "DateLastContentAdded")) == descending:
        return read(query.start, limit), total
    end = max(0, total - query.start)
    start = max(0, end - limit)
    return read(start, end - start)[::-1], total


def check_query(query, fake):
    """What this fake cannot answer, and what no client can rely on, is a violation."""
    given = {name.lower() for name, _ in query.request.query if ("query", name.lower()) in query.request.operation.parameters}
    problems = [f"this fake does not act on {name}" for name in sorted(given - UNDERSTOOD - HARMLESS)]
    problems += [f"this fake does not sort by {key}" for key, _ in query.sort if key not in SORT_KEYS]
    if query.pages and not query.sort and not query.ids:
        problems.append("pages without SortBy have no stable order")
    for problem in problems:
        fake.violation(query.request, problem)
    if any("does not" in problem for problem in problems):
        raise refused(501, BROKEN)
