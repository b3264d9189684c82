"""A library of any size for the fakes, made up while it is listed: nothing is stored."""

from datetime import timedelta
from pathlib import Path

from servers.library import LATEST, Album, Track


class GeneratedLibrary:
    """`album_count` albums of `per_album` tracks each, made up when they are asked for. `audio`: the bodies that tracks have in turn."""

    folder, by, generation = Path("/generated"), "folder", 0

    def __init__(self, album_count, per_album, audio=(b"",), seconds=180.0):
        self._albums, self.per_album, self._audio, self.seconds = album_count, per_album, audio, seconds
        self.removed = set()  # numbers of tracks
        self._removed_albums = []

    @property
    def album_count(self):
        return self._albums - len(self._removed_albums)

    @property
    def track_count(self):
        return self.album_count * self.per_album - sum((number - 1) // self.per_album + 1 not in self._removed_albums for number in self.removed)

    def _made_album(self, number):
        return Album(number, f"Album {number:07}", f"Artist {number % 9973:05}", self.per_album, self.seconds * self.per_album,
                     LATEST - timedelta(minutes=number), 1960 + number % 60, "Generated")

    def _made_track(self, number):
        album, index = divmod(number - 1, self.per_album)
        album += 1
        artist = f"Artist {album % 9973:05}"
        return Track(number, album, f"Track {number:08}", artist, f"Album {album:07}", artist, index + 1, 1, 1960 + album % 60, "Generated", self.seconds,
                     len(self.audio_of(number)), "wav", f"{artist}/Album {album:07}/{index + 1:02} Track {number:08}.wav", None, LATEST - timedelta(minutes=album))

    def _numbers(self, start, count):
        """Numbers of the albums at these positions."""
        end = self.album_count if count is None else min(self.album_count, start + count)
        for position in range(start, end):
            number = position + 1
            for removed in self._removed_albums:
                number += removed <= number
            yield number

    def albums(self, start=0, count=None):
        return [self._made_album(number) for number in self._numbers(start, count)]

    def tracks(self, start=0, count=None):
        if self.removed:  # positions shift: no index is kept for this rare case
            found = [track for number in self._numbers(0, None) for track in self.tracks_of(number)]
            return found[start:None if count is None else start + count]
        end = self.track_count if count is None else min(self.track_count, start + count)
        if start >= end:
            return []
        first = start // self.per_album
        albums = self._numbers(first, (end - 1) // self.per_album - first + 1)
        found = [self._made_track((number - 1) * self.per_album + index + 1) for number in albums for index in range(self.per_album)]
        return found[start - first * self.per_album:end - first * self.per_album]

    def album(self, number):
        return self._made_album(number) if 1 <= number <= self._albums and number not in self._removed_albums else None

    def track(self, number):
        if not 1 <= number <= self._albums * self.per_album or number in self.removed:
            return None
        return self._made_track(number) if (number - 1) // self.per_album + 1 not in self._removed_albums else None

    def known_track(self, number):
        return self._made_track(number) if 1 <= number <= self._albums * self.per_album else None

    def tracks_of(self, number):
        if self.album(number) is None:
            return []
        first = (number - 1) * self.per_album + 1
        return [self._made_track(track) for track in range(first, first + self.per_album) if track not in self.removed]

    def audio_of(self, number):
        return self._audio[number % len(self._audio)]

    def audio(self, track):
        return self.audio_of(track.number)

    def remove_track(self, number):
        self.removed.add(number)

    def remove_album(self, number):
        self._removed_albums = sorted({*self._removed_albums, number})

    def rescan(self):
        pass
