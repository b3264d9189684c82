#!/usr/bin/env python3
"""Holds what `audiomuse analyze` says of music at 44.1 and 48 kHz against what it says of the same music resampled by soxr at very high quality.

    bench/accuracy/resampling.py build/release/bin/audiomuse FOLDER

Needs ffmpeg with libsoxr. Each file is brought to stereo float WAV at either rate; that is analysed as it is, and mixed down and
resampled to 16 kHz by soxr (precision 33). Prints a line a file and the worst of each rate; exit status 1 when the embeddings' cosine falls
below 0.9995 or a tag differs by more than 0.005.
"""

import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

RATES = (44_100, 48_000)
LEAST_COSINE = 0.9995
MOST_TAG_DIFFERENCE = 0.005
SUFFIXES = {".ogg", ".mp3", ".flac", ".m4a", ".opus", ".wav"}


def ffmpeg(source, target, *options):
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", source, *options, "-c:a", "pcm_f32le", target], check=True)


def cosine(a, b):
    return sum(x * y for x, y in zip(a, b)) / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))


def compare(binary, file, rate, folder):
    original, resampled = folder / "original.wav", folder / "resampled.wav"
    ffmpeg(file, original, "-af", f"aresample={rate}:resampler=soxr:precision=33", "-ac", "2")
    ffmpeg(original, resampled, "-af", "pan=mono|c0=0.5*c0+0.5*c1,aresample=16000:resampler=soxr:precision=33")
    output = subprocess.run([binary, "analyze", original, resampled], check=True, capture_output=True, text=True).stdout
    ours, reference = map(json.loads, output.splitlines())
    return {"cosine": cosine(ours["embedding"], reference["embedding"]),
            "tags": max(abs(ours["tags"][tag] - reference["tags"][tag]) for tag in ours["tags"]),
            "energy": abs(ours["energy"] - reference["energy"]),
            "same tempo": (ours["tempo"] or 0) == (reference["tempo"] or 0) or abs(ours["tempo"] / reference["tempo"] - 1) < 0.001,
            "same key": (ours["key"], ours["scale"]) == (reference["key"], reference["scale"])}


def worst(binary, files, rate):
    """Prints it; whether it is good enough."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            result = compare(binary, file, rate, Path(folder))
            results.append(result)
            print(rate, file.name, *(f"{name} {value:.6f}" if isinstance(value, float) else f"{name} {value}" for name, value in result.items()))
    cosine_, tags, energy = min(r["cosine"] for r in results), max(r["tags"] for r in results), max(r["energy"] for r in results)
    print(f"{rate} Hz, {len(files)} files, worst: cosine {cosine_:.6f}, tags {tags:.5f}, energy {energy:.7f}; "
          f"same tempo {sum(r['same tempo'] for r in results)}, same key {sum(r['same key'] for r in results)}", flush=True)
    return cosine_ >= LEAST_COSINE and tags <= MOST_TAG_DIFFERENCE


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    files = sorted(path for path in Path(sys.argv[2]).rglob("*") if path.suffix.lower() in SUFFIXES)
    if not files:
        sys.exit(f"{sys.argv[2]}: no music files")
    good = [worst(sys.argv[1], files, rate) for rate in RATES]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
