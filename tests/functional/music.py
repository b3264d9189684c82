"""Makes the tests' music: seeded, with ffmpeg for the encoders."""

import array
import math
import os
import random
import subprocess
import wave
from pathlib import Path

RATE = 22050
NAMES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]


def piece(tempo, tonic, scale, seconds, seed=1):
    """Drums, bass and chords over I-IV-V-I; returns 16-bit mono samples at RATE."""
    generator = random.Random(seed)
    total = int(seconds * RATE)
    signal = array.array("d", bytes(8 * total))
    beat = 60 / tempo * RATE
    third = 4 if scale == "major" else 3
    degrees = [(0, third), (5, third), (7, 4), (0, third)]

    def tone(start, length, frequency, level, decay):
        start, end = int(start), min(int(start + length), total)
        for harmonic, strength in ((1, 1.0), (2, 0.5), (3, 0.25)):
            step = 2 * math.pi * frequency * harmonic / RATE
            for i in range(start, end):
                signal[i] += level * strength * math.sin(step * (i - start)) * math.exp(-decay * (i - start) / RATE)

    for index in range(int(total / beat) + 1):
        start = index * beat
        root, third_here = degrees[(index // 4) % 4]
        midi = 36 + (tonic + root) % 12
        tone(start, beat * 0.9, 440 * 2 ** ((midi - 69) / 12), 0.25, 3)
        if index % 4 == 0:
            for interval in (0, third_here, 7):
                tone(start, beat * 4, 440 * 2 ** ((midi + 24 + interval - 69) / 12), 0.08, 0.5)
        for i in range(int(start), min(int(start + 0.03 * RATE), total)):  # a drum on every beat, the loudest on the bar
            signal[i] += generator.uniform(-1, 1) * (0.5 if index % 4 == 0 else 0.3) * math.exp(-(i - start) / (0.008 * RATE))
    peak = max(1e-9, max(map(abs, signal)))
    return array.array("h", (int(30000 * value / peak) for value in signal))


def write_wav(path, samples):
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def encode(source, target, **tags):
    target.parent.mkdir(parents=True, exist_ok=True)
    options = {".mp3": ["-c:a", "libmp3lame", "-b:a", "128k"], ".flac": ["-c:a", "flac"], ".ogg": ["-c:a", "libvorbis", "-q:a", "4"],
               ".opus": ["-c:a", "libopus", "-b:a", "64k", "-ar", "48000"], ".m4a": ["-c:a", "aac", "-b:a", "128k"], ".wav": ["-c:a", "pcm_s16le"]}
    metadata = [word for name, value in tags.items() for word in ("-metadata", f"{name}={value}")]
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", source, "-map_metadata", "-1", *metadata, *options[target.suffix], target], check=True)


ALBUMS = [
    ("Ada Sine", "Morning Circuits", [("First Light", ".mp3"), ("Clockwork", ".mp3"), ("Plain Wave", ".wav"), ("Static Rain", ".flac")]),
    ("Jörg Müller", "Grüße aus Köln", [("Straßenbahn", ".ogg"), ("東京の夜明け ☃", ".opus"), ("Abendrot", ".flac"), ("Zwölf Uhr", ".ogg")]),
    ("Various Artists", "Split Signals", [("Two Voices", ".flac"), ("Abendrot", ".m4a"), ("Rising", ".m4a"), ("Almost Silent", ".mp3")]),
]
GOOD_TRACKS = sum(len(tracks) for _, _, tracks in ALBUMS)
BROKEN = {"01 Broken Frames.flac": "damaged", "02 Empty.mp3": "not_audio", "03 Text.mp3": "not_audio"}


def make_small_library(folder):
    """Tracks differ in tempo, key and loudness; the odd files are of the kinds that real libraries have."""
    raw = folder.parent / (folder.name + "-raw")
    number = 0
    for artist, album, tracks in ALBUMS:
        for index, (title, suffix) in enumerate(tracks, 1):
            number += 1
            source = raw / f"{number}.wav"
            write_wav(source, piece(70 + 9 * number, number * 5 % 12, "major" if number % 2 else "minor", 12, number))
            track_artist = artist if artist != "Various Artists" else ["Ada Sine", "The Plain", "The Plain", "Jörg Müller"][index - 1]
            encode(source, folder / artist / album / f"{index:02} {title}{suffix}", title=title, artist=track_artist, album=album,
                   album_artist=artist, track=index)
    odd = folder / "Odd Files"
    encode(raw / "1.wav", odd / "01 Broken Frames.flac", title="Broken Frames", artist="Odd One", album="Odd Files")
    broken = (odd / "01 Broken Frames.flac").read_bytes()
    (odd / "01 Broken Frames.flac").write_bytes(broken[:8300] + b"not audio at all\n" * ((len(broken) - 8300) // 17))
    (odd / "02 Empty.mp3").write_bytes(b"")
    (odd / "03 Text.mp3").write_text("This is not music.\n" * 50, encoding="utf-8")
    (odd / "notes.txt").write_text("This is not music.\n", encoding="utf-8")
    # A FLAC stream under the name .mp3 is music all the same.
    encode(raw / "2.wav", raw / "lying.flac", title="Really Flac", artist="Odd One", album="Odd Files")
    os.replace(raw / "lying.flac", odd / "04 Really Flac.mp3")
    return folder


def make_known_pieces(folder):
    pieces = []
    for index, (tempo, tonic, scale) in enumerate([(75, 0, "major"), (96, 9, "minor"), (120, 2, "major"), (140, 7, "minor"), (168, 5, "major")]):
        path = Path(folder) / f"{index}.wav"
        write_wav(path, piece(tempo, tonic, scale, 20, index + 100))
        pieces.append((path, tempo, NAMES[tonic], scale))
    return pieces
