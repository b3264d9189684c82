"""A library of a second's music a track, made in about a second: for the fakes' own tests, which never listen to it."""

import math
import os
import subprocess
import wave
from pathlib import Path

CODECS = {".mp3": ["-c:a", "libmp3lame", "-b:a", "64k"], ".flac": ["-c:a", "flac"], ".ogg": ["-c:a", "libvorbis"], ".wav": ["-c:a", "pcm_s16le"]}
ALBUMS = [
    ("Ada Sine", "Morning Circuits", [("First Light", ".mp3"), ("Clockwork", ".flac")]),
    ("Jörg Müller", "Grüße aus Köln", [("東京の夜明け ☃", ".ogg"), ("Abendrot", ".mp3"), ("Zwölf & Uhr", ".flac")]),
]
NEWEST = 1_760_000_000  # file time of the last album; each one before is a day older


def tone(path, hertz=440, seconds=1.0, rate=8000):
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(int(12000 * math.sin(2 * math.pi * hertz * i / rate)).to_bytes(2, "little", signed=True) for i in range(int(seconds * rate))))
    return path


def encode(source, target, **tags):
    target.parent.mkdir(parents=True, exist_ok=True)
    words = [word for name, value in tags.items() for word in ("-metadata", f"{name}={value}")]
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", source, *words, *CODECS[target.suffix], target], check=True)


def make(folder):
    """2 albums with 5 tracks, an album on two discs with 2, a song without an album, and `Odd`: an empty file and a FLAC named .mp3."""
    folder = Path(folder)
    raw = tone(folder.parent / f"{folder.name}-raw.wav")
    for number, (artist, album, tracks) in enumerate(ALBUMS):
        for index, (title, suffix) in enumerate(tracks, 1):
            path = folder / artist / album / f"{index:02} {title}{suffix}"
            encode(raw, path, title=title, artist=artist, album=album, album_artist=artist, track=index, date=2001 + number, genre="Test")
            os.utime(path, (NEWEST - 86400 * (len(ALBUMS) - number),) * 2)
    for disc in (1, 2):
        path = folder / "Ada Sine/Twice" / f"CD {disc}/01 Side {disc}.flac"
        encode(raw, path, title=f"Side {disc}", artist="Ada Sine", album="Twice", album_artist="Ada Sine", track=1, disc=disc)
        os.utime(path, (NEWEST,) * 2)
    encode(raw, folder / "Loose.mp3", title="Loose", artist="Nobody")
    odd = folder / "Odd"
    encode(raw, odd / "lying.flac", title="Really Flac", artist="Odd One", album="Odd")
    (odd / "lying.flac").rename(odd / "02 Really Flac.mp3")
    (odd / "01 Empty.mp3").write_bytes(b"")
    for path in (folder / "Loose.mp3", *odd.iterdir()):
        os.utime(path, (NEWEST - 86400 * 9,) * 2)
    return folder


SONGS = 10
