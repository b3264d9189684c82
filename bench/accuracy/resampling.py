#!/usr/bin/env python3
"""Holds what `audiomuse analyze` says of 44.1 kHz music against what it says of the same music resampled by soxr at very high quality.

    bench/accuracy/resampling.py build/release/bin/audiomuse FOLDER

Needs ffmpeg with libsoxr. Each file is decoded to stereo float WAV at 44.1 kHz; that file is analysed as it is, and mixed down and
resampled to 16 kHz by soxr (precision 33). Prints a line a file and the worst of all; exit status 1 when the embeddings' cosine falls
below 0.9995 or a tag differs by more than 0.005.
"""

import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

LEAST_COSINE = 0.9995
MOST_TAG_DIFFERENCE = 0.005
SUFFIXES = {".ogg", ".mp3", ".flac", ".m4a", ".opus", ".wav"}


def ffmpeg(source, target, *options):
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", source, *options, "-c:a", "pcm_f32le", target], check=True)


def cosine(a, b):
    return sum(x * y for x, y in zip(a, b)) / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))


def compare(binary, file, folder):
    original, resampled = folder / "original.wav", folder / "resampled.wav"
    ffmpeg(file, original, "-ar", "44100", "-ac", "2")
    ffmpeg(original, resampled, "-af", "pan=mono|c0=0.5*c0+0.5*c1,aresample=16000:resampler=soxr:precision=33")
    output = subprocess.run([binary, "analyze", original, resampled], check=True, capture_output=True, text=True).stdout
    ours, reference = map(json.loads, output.splitlines())
    return {"cosine": cosine(ours["embedding"], reference["embedding"]),
            "tags": max(abs(ours["tags"][tag] - reference["tags"][tag]) for tag in ours["tags"]),
            "energy": abs(ours["energy"] - reference["energy"]),
            "same tempo": (ours["tempo"] or 0) == (reference["tempo"] or 0) or abs(ours["tempo"] / reference["tempo"] - 1) < 0.001,
            "same key": (ours["key"], ours["scale"]) == (reference["key"], reference["scale"])}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    files = sorted(path for path in Path(sys.argv[2]).rglob("*") if path.suffix.lower() in SUFFIXES)
    if not files:
        sys.exit(f"{sys.argv[2]}: no music files")
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            result = compare(sys.argv[1], file, Path(folder))
            results.append(result)
            print(file.name, *(f"{name} {value:.6f}" if isinstance(value, float) else f"{name} {value}" for name, value in result.items()))
    worst = min(r["cosine"] for r in results), max(r["tags"] for r in results), max(r["energy"] for r in results)
    print(f"{len(files)} files, worst: cosine {worst[0]:.6f}, tags {worst[1]:.5f}, energy {worst[2]:.7f}; "
          f"same tempo {sum(r['same tempo'] for r in results)}, same key {sum(r['same key'] for r in results)}")
    return 0 if worst[0] >= LEAST_COSINE and worst[1] <= MOST_TAG_DIFFERENCE else 1


if __name__ == "__main__":
    sys.exit(main())
