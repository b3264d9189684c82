"""The music that the fakes serve: a folder of real files. (generated.py has one of any size that is never stored.)

Albums and tracks are known by numbers that stay theirs; each fake makes the ids of its kind from them. Position 0 is the newest album.
"""

import functools
import json
import os
import re
import subprocess
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from servers.wire import File

AUDIO_SUFFIXES = {".aac", ".aiff", ".flac", ".m4a", ".mp3", ".ogg", ".opus", ".wav", ".wma"}
FORMAT_OF_SUFFIX = {".mp3": "mp3", ".flac": "flac", ".wav": "wav", ".ogg": "ogg", ".opus": "ogg", ".m4a": "mov,mp4,m4a,3gp,3g2,mj2"}
DISC_FOLDER = re.compile(r"(cd|disc|disk|dvd|vol)[ ._-]*\d+", re.IGNORECASE)
LATEST = datetime(2026, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Track:
    number: int
    album: int | None  # the number of its album; None: it has none
    title: str
    artist: str | None = None
    album_name: str | None = None
    album_artist: str | None = None
    index: int | None = None
    disc: int | None = None
    year: int | None = None
    genre: str | None = None
    seconds: float | None = None  # None: the server could not tell
    size: int = 0
    suffix: str = "mp3"
    path: str = ""  # relative to the music folder
    shown_path: str | None = None  # what the server says in place of it
    created: datetime = LATEST
    tagged: bool = True
    in_disc_folder: bool = False  # as in Album/CD 2/01.mp3


@dataclass(frozen=True)
class Album:
    number: int
    name: str
    artist: str
    tracks: int
    seconds: float
    created: datetime
    year: int | None = None
    genre: str | None = None


@functools.cache
def _probe(path, size, modified):
    """Format name, tags in lower case and seconds, as ffprobe has them; None for what is no audio."""
    command = ["ffprobe", "-v", "error", "-show_entries", "format=format_name,duration:format_tags:stream_tags:stream=codec_type", "-of", "json", path]
    result = subprocess.run(command, capture_output=True, text=True)
    found = json.loads(result.stdout or "{}")
    if result.returncode or "format" not in found or not any(stream["codec_type"] == "audio" for stream in found.get("streams", [])):
        return None
    tags = {}
    for part in [*found["streams"], found["format"]]:
        tags |= {name.lower(): value for name, value in part.get("tags", {}).items()}
    return found["format"]["format_name"], tags, float(found["format"].get("duration", 0)) or None


def _number(text):
    digits = (text or "").split("/")[0].split("-")[0]
    return int(digits) if digits.isdigit() else None


class FolderLibrary:
    """The audio files below a folder. An album is a folder with audio files (`by="folder"`), or a pair of tags (`by="tags"`).

    Files in the folder itself have no album when it goes by folders. `joins_discs`: folders such as "CD 2" belong to the album above, as
    in Jellyfin. `believes_suffix`: a file whose content is not what its suffix says keeps its place in the list, but has no tags and no
    duration, as in Navidrome and gonic.
    """

    def __init__(self, folder, by="folder", believes_suffix=False, joins_discs=False):
        self.folder, self.by, self.believes_suffix, self.joins_discs = Path(folder), by, believes_suffix, joins_discs
        self.generation = 0  # raised by reissue_ids(): every id of a track that a client knows is void
        self._numbers, self._album_numbers, self._known, self.removed = {}, {}, {}, set()
        self.lock = threading.RLock()
        self.rescan()

    def rescan(self):
        """Reads the folder again; what is still there keeps its number."""
        with self.lock:
            tracks = [self._read(path) for path in sorted(self.folder.rglob("*")) if path.suffix.lower() in AUDIO_SUFFIXES and path.is_file()]
            self._tracks = {track.number: track for track in tracks}
            self._known |= self._tracks

    def _read(self, path):
        stat = path.stat()
        relative = path.relative_to(self.folder).as_posix()
        number = self._numbers.setdefault(relative, len(self._numbers) + 1)
        suffix = path.suffix.lower()
        found = _probe(os.fspath(path), stat.st_size, stat.st_mtime_ns) if stat.st_size else None
        if found and self.believes_suffix and found[0] != FORMAT_OF_SUFFIX.get(suffix, found[0]):
            found = None
        tags, seconds = (found[1], found[2]) if found else ({}, None)
        in_disc_folder = self.joins_discs and bool(DISC_FOLDER.fullmatch(path.parent.name))
        place = self._album_folder(relative)
        album = tags.get("album")
        artist = tags.get("album_artist") or tags.get("artist")
        if self.by == "tags":
            key = (album or "[Unknown Album]", artist or "[Unknown Artist]")
        else:
            key = None if place == Path(".") else (place.as_posix(),)
        return Track(number, self._album_numbers.setdefault(key, len(self._album_numbers) + 1) if key else None,
                     tags.get("title") or path.stem, tags.get("artist"), album, artist, _number(tags.get("track")), _number(tags.get("disc")),
                     _number(tags.get("date")), tags.get("genre"), seconds, stat.st_size, suffix[1:], relative, None,
                     datetime.fromtimestamp(int(stat.st_mtime), timezone.utc), "title" in tags, in_disc_folder)

    def _album_folder(self, relative):
        place = Path(relative).parent
        return place.parent if self.joins_discs and DISC_FOLDER.fullmatch(place.name) else place

    def _alive(self):
        return [track for track in self._tracks.values() if track.number not in self.removed]

    def _album(self, number, tracks):
        first = next((track for track in tracks if track.tagged), tracks[0])
        folder = self._album_folder(tracks[0].path)
        name = first.album_name or ("[Unknown Album]" if self.by == "tags" else folder.name)
        artist = first.album_artist or ("[Unknown Artist]" if self.by == "tags" else folder.parent.name or folder.name)
        if len({track.album_artist for track in tracks if track.tagged}) > 1:
            artist = "Various Artists"
        return Album(number, name, artist, len(tracks), sum(track.seconds or 0 for track in tracks), max(track.created for track in tracks),
                     first.year, first.genre)

    def albums(self, start=0, count=None):
        """Albums from position `start`, newest first."""
        with self.lock:
            grouped = {}
            for track in self._alive():
                if track.album is not None:
                    grouped.setdefault(track.album, []).append(track)
            found = sorted((self._album(number, tracks) for number, tracks in grouped.items()), key=lambda album: (album.created, album.number), reverse=True)
            return found[start:None if count is None else start + count]

    def tracks(self, start=0, count=None):
        """All tracks, those of the newest album first, those without an album last."""
        with self.lock:
            found = [track for album in self.albums() for track in self.tracks_of(album.number)]
            found += [track for track in self._alive() if track.album is None]
            return found[start:None if count is None else start + count]

    @property
    def album_count(self):
        return len(self.albums())

    @property
    def track_count(self):
        return len(self._alive())

    def album(self, number):
        return next((album for album in self.albums() if album.number == number), None)

    def track(self, number):
        with self.lock:
            return None if number in self.removed else self._tracks.get(number)

    def known_track(self, number):
        """Also one that is gone."""
        return self._tracks.get(number) or self._known.get(number)

    def tracks_of(self, number):
        with self.lock:
            found = [track for track in self._alive() if track.album == number]
            return sorted(found, key=lambda track: (track.disc or 1, track.index or 0, track.path))

    def audio(self, track):
        """The body of a download; None when the file is gone."""
        path = self.folder / track.path
        return File(path) if path.is_file() else None

    def remove_track(self, number):
        with self.lock:
            self.removed.add(number)

    def remove_album(self, number):
        with self.lock:
            self.removed |= {track.number for track in self._alive() if track.album == number}

    def change(self, number, **fields):
        """Another title, another size, ... of one track."""
        with self.lock:
            self._tracks[number] = replace(self._tracks[number], **fields)

    def reissue_ids(self):
        """A scan after which every track has a new id."""
        self.generation += 1
