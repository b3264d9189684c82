#!/usr/bin/env python3
"""Holds what other processors hear in music against what this one hears.

    bench/accuracy/processors.py BINARY FOLDER [--arm64 COMMAND]

BINARY is pipeline_bench (a build with -DAUDIOMUSE_BENCH=ON); the first ten music files of FOLDER are analysed here, and under
qemu-x86_64 as Opteron_G1 (scalar kernels), Nehalem (SSSE3) and Haswell (AVX2). COMMAND runs a pipeline_bench of arm64, say
"qemu-aarch64 build/arm64/bin/pipeline_bench". Prints a line a processor with its largest differences; exit status 1 when an embedding differs by
more than 1e-3, a tag by more than 1e-4, a tempo by more than 0.1 %, or a key at all. Takes minutes for each processor.
"""

import argparse
import json
import shlex
import subprocess
import sys
import time
from pathlib import Path

SUFFIXES = {".ogg", ".mp3", ".flac", ".m4a", ".opus", ".wav"}
FILES = 10
MOST_EMBEDDING, MOST_TAG, MOST_TEMPO = 1e-3, 1e-4, 1e-3


def analyse(command, files):
    output = subprocess.run([*command, *files], check=True, stdout=subprocess.PIPE, text=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def largest_difference(a, b):
    return max(abs(x - y) for x, y in zip(a, b, strict=True))


def tempo_difference(ours, theirs):
    if ours["tempo"] is None or theirs["tempo"] is None:
        return 0 if ours["tempo"] == theirs["tempo"] else 1
    return abs(theirs["tempo"] / ours["tempo"] - 1)


def compare(name, command, files, expected):
    start = time.monotonic()
    heard = analyse(command, files)
    embedding = max(largest_difference(a["embedding"], b["embedding"]) for a, b in zip(expected, heard, strict=True))
    tag = max(largest_difference(a["tags"], b["tags"]) for a, b in zip(expected, heard))
    tempo = max(tempo_difference(a, b) for a, b in zip(expected, heard))
    keys = sum((a["key"], a["scale"]) == (b["key"], b["scale"]) for a, b in zip(expected, heard))
    good = embedding <= MOST_EMBEDDING and tag <= MOST_TAG and tempo <= MOST_TEMPO and keys == len(files)
    print(f"{name} ({heard[0]['instruction_set']}): embedding {embedding:.1e}, tag {tag:.1e}, tempo {100 * tempo:.4f} %, "
          f"key the same on {keys} of {len(files)}; {time.monotonic() - start:.0f} s{'' if good else '; FAILED'}", flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--arm64", type=shlex.split, metavar="COMMAND")
    options = parser.parse_args()
    files = sorted(str(path) for path in options.folder.rglob("*") if path.suffix.lower() in SUFFIXES)[:FILES]
    if not files:
        sys.exit(f"{options.folder}: no music files")
    expected = analyse([options.binary], files)
    print(f"this processor: {expected[0]['instruction_set']}, {len(files)} files of {sum(e['duration_s'] for e in expected) / len(files):.0f} s on average")
    good = [compare(cpu, ["qemu-x86_64", "-cpu", cpu, options.binary], files, expected) for cpu in ("Opteron_G1", "Nehalem", "Haswell")]
    if options.arm64:
        good.append(compare("arm64", options.arm64, files, expected))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
