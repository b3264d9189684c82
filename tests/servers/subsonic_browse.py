"""Albums, songs, searches and downloads of the fake Subsonic servers."""

import hashlib

from servers import ids
from servers.wire import Answer, text

CONTENT_TYPES = {"mp3": "audio/mpeg", "flac": "audio/flac", "ogg": "audio/ogg", "opus": "audio/ogg", "m4a": "audio/mp4", "wav": "audio/x-wav"}
PREFIXES = {"album": "al-", "track": "tr-", "playlist": "pl-"}
GENERATION = 100_000_000  # the numbers of one generation of ids, where ids are numbers
FAR = 1 << 40


class Failure(Exception):
    """An error of the protocol."""

    def __init__(self, code, message):
        super().__init__(code)
        self.code, self.message = code, message


def make_id(profile, item):
    if profile.ids == "numbers":  # the library is in the number, too: the ids of gonic are unique over its folders
        return f"{PREFIXES[item.kind]}{item.generation * GENERATION + item.number * 8 + item.library}"
    if profile.ids == "hash":
        return f"so-{ids.to_hex(item)}"
    return ids.to_letters(item)


def read_id(profile, text_, kind):
    """The item of an id; None for one that no scheme of this server makes."""
    if profile.ids == "numbers":
        digits = text_.removeprefix(PREFIXES[kind])
        if digits == text_ or not (digits.isascii() and digits.isdigit()):
            return None
        generation, rest = divmod(int(digits), GENERATION)
        return ids.Item(kind, rest % 8, generation, rest // 8)
    item = ids.from_hex(text_.removeprefix("so-")) if profile.ids == "hash" else ids.from_letters(text_)
    return item if item and item.kind == kind else None


class Browser:
    def __init__(self, fake):
        self.fake, self.profile = fake, fake.profile
        self.videos, self.silent_albums = set(), set()  # titles of tracks; names of albums that are counted and come without songs

    # Finding

    def id_of(self, kind, position, number):
        generation = self.fake.libraries[position][1].generation if kind == "track" else 0
        return make_id(self.profile, ids.Item(kind, position, generation, number))

    def track(self, text_, missing_too=False):
        """(position of the library, track) or None."""
        item = read_id(self.profile, text_, "track")
        if item is None or item.library >= len(self.fake.libraries):
            return None
        library = self.fake.libraries[item.library][1]
        found = library.known_track(item.number) if missing_too and self.profile.keeps_missing else library.track(item.number)
        return (item.library, found) if found and item.generation == library.generation else None

    def album(self, text_):
        item = read_id(self.profile, text_, "album")
        if item is None or item.library >= len(self.fake.libraries):
            return None
        found = self.fake.libraries[item.library][1].album(item.number)
        return (item.library, found) if found else None

    def _chosen(self, parameters):
        """Positions of the libraries that `musicFolderId` means."""
        folder = parameters.get("musicFolderId")
        return [position for position in range(len(self.fake.libraries)) if folder in (None, str(position))]

    def _listed(self, parameters, kind, start, count):
        """A stretch of the albums or tracks of the chosen libraries, one library after the other."""
        found = []
        for position in self._chosen(parameters):
            library = self.fake.libraries[position][1]
            total = library.album_count if kind == "album" else library.track_count
            if start < total and count > len(found):
                read = library.albums if kind == "album" else library.tracks
                found += [(position, item) for item in read(start, count - len(found))]
            start = max(0, start - total)
        return found

    # JSON

    def _clean(self, body):
        return body if self.profile.absent == "null" else {key: value for key, value in body.items() if value is not None}

    def _created(self, moment):
        return self.profile.created or moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def path(self, position, track):
        if track.shown_path:
            return track.shown_path
        if self.profile.paths == "made up":
            number = f"{track.index:02} - " if track.index else ""
            return f"{track.album_artist or '[Unknown Artist]'}/{track.album_name or '[Unknown Album]'}/{number}{track.title.replace('/', '_')}.{track.suffix}"
        return str(self.fake.libraries[position][1].folder / track.path) if self.profile.paths == "absolute" else track.path

    def song(self, position, track):
        album = self.id_of("album", position, track.album) if track.album else None
        artist = track.artist or ("[Unknown Artist]" if self.profile.grouping == "tags" else None)
        return self._clean({
            "id": self.id_of("track", position, track.number), "parent": album, "isDir": False, "title": track.title, "album": track.album_name,
            "artist": artist, "track": track.index, "year": track.year, "genre": track.genre, "size": track.size,
            "contentType": CONTENT_TYPES.get(track.suffix, "application/octet-stream"), "suffix": track.suffix,
            "duration": int(track.seconds) if track.seconds else None, "bitRate": round(track.size * 8 / track.seconds / 1000) if track.seconds else None,
            "path": self.path(position, track), "discNumber": track.disc, "created": self._created(track.created), "albumId": album,
            "artistId": hashlib.md5((artist or "").encode()).hexdigest()[:22], "type": "music", "isVideo": track.title in self.videos})

    def album_json(self, position, album, with_songs=False):
        body = self._clean({
            "id": self.id_of("album", position, album.number), "name": album.name, "artist": album.artist,
            "artistId": hashlib.md5(album.artist.encode()).hexdigest()[:22], "songCount": album.tracks, "duration": int(album.seconds),
            "created": self._created(album.created), "year": album.year, "genre": album.genre})
        if with_songs:
            tracks = [] if album.name in self.silent_albums else self.fake.libraries[position][1].tracks_of(album.number)
            self._put(body, "song", [self.song(position, track) for track in tracks])
        return body

    def _put(self, body, key, items):
        """A list; an empty one is missing, or empty, as the server does."""
        if items or key in self.profile.empty_arrays:
            body[key] = items

    # Methods

    def list_albums(self, parameters):
        order, size, start = parameters.get("type"), int(parameters.get("size", 10)), int(parameters.get("offset", 0))
        if order is None:
            raise Failure(10, "Required parameter 'type' is missing.")
        if size <= 0:
            rule = self.profile.size_zero if size == 0 else self.profile.size_negative
            if rule == -1:
                raise Failure(0, "please provide a size above zero")
            size = FAR if rule is None else rule
        elif self.profile.album_cap:
            size = min(size, self.profile.album_cap)
        if order == "newest":
            found = self._listed(parameters, "album", start, size)
        elif order == "alphabeticalByName":
            found = sorted(self._listed(parameters, "album", 0, FAR), key=lambda entry: entry[1].name.casefold())[start:start + size]
        else:
            raise Failure(0, f"this fake does not list albums by {order}")
        body = {}
        self._put(body, "album", [self.album_json(*entry) for entry in found])
        return {"albumList2": body}

    def get_album(self, parameters):
        found = self.album(self.needed(parameters, "id"))
        if found is None:
            raise Failure(70, "Album not found")
        return {"album": self.album_json(*found, with_songs=True)}

    def get_song(self, parameters):
        text_ = self.needed(parameters, "id")
        if self.profile.ids == "numbers":  # gonic looks at the number only
            text_ = "tr-" + text_.partition("-")[2]
        found = self.track(text_, missing_too=True)
        if found is None:
            raise Failure(70, "Song not found")
        return {"song": self.song(*found)}

    def search(self, parameters):
        query, body = (parameters.get("query") or "").strip('"').casefold(), {}
        for key, kind, make in (("album", "album", self.album_json), ("song", "track", self.song)):
            start, count = int(parameters.get(f"{key}Offset", 0)), int(parameters.get(f"{key}Count", 20))
            plain = not query and not (self.profile.search_needs_tags and not parameters.get("query"))
            if plain or kind == "album" and not query:
                found = self._listed(parameters, kind, start, count)
            else:
                fits = lambda item: query in (getattr(item, "title", None) or item.name).casefold() and (query or getattr(item, "tagged", True))
                found = [entry for entry in self._listed(parameters, kind, 0, FAR) if fits(entry[1])][start:start + count]
            if kind == "track":
                found = [entry for entry in found if entry[1].album is None or entry[1].album_name not in self.silent_albums]
            if found or key in self.profile.empty_arrays and key == "song":
                body[key] = [make(*entry) for entry in found]
        return {"searchResult3": body}

    def needed(self, parameters, name):
        if not parameters.get(name):
            raise Failure(10, f"Required parameter '{name}' is missing.")
        return parameters[name]

    def download(self, parameters):
        found = self.track(self.needed(parameters, "id"), missing_too=True)
        if found is None:
            raise Failure(self.profile.unknown_download, "data not found")
        position, track = found
        library = self.fake.libraries[position][1]
        audio = library.audio(track) if library.track(track.number) else None
        if audio is None and self.profile.missing_file == "404 text":
            return text(404, "404 page not found\n")
        if audio is None:
            raise Failure(0, "open: no such file or directory")
        name = track.path.rsplit("/", 1)[-1]
        answer = Answer(200, audio, CONTENT_TYPES.get(track.suffix, "application/octet-stream"), ranges=True)
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'  # raw UTF-8 on the wire
        return answer
