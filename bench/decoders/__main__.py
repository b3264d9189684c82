"""Measures how fast FFmpeg and other libraries decode music to mono float, and where the time of our own decoding goes:

    python3 bench/decoders [--bench BINARY] [--tracks N] [--rounds N] [--counts]

--tracks (4) tracks spread over the demo music (scripts/demo-music) are encoded by ffmpeg to each format. Libraries take turns, --rounds (5)
times; of each track the round that took the least counts. Printed are processor milliseconds a minute of music and the ratio to FFmpeg as
src/audio uses it, before resampling; "audiomuse" is all of src/audio with the resampler. With --counts also instructions, counted by
valgrind's callgrind on a short track, and which part of src/audio they belong to.

Needs ffmpeg; BINARY (build/release/bin/decoders_bench) is built with -DAUDIOMUSE_BENCH=ON where the libraries in CMakeLists.txt are installed.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SHORT_TRACK = "main_menu.ogg"
CD = ("-ar", "44100", "-ac", "2")
FORMATS = {  # name: suffix, how ffmpeg encodes it (nothing: as it is), what is compared
    "MP3, V0": (".v0.mp3", (*CD, "-c:a", "libmp3lame", "-q:a", "0"), ("libmpg123", "libmpg123-mono", "libmpg123-mono-half", "libsndfile")),
    "MP3, 320 kbit/s": (".320.mp3", (*CD, "-c:a", "libmp3lame", "-b:a", "320k"), ("libmpg123", "libmpg123-mono", "libmpg123-mono-half", "libsndfile")),
    "Vorbis": (".ogg", (), ("libvorbisfile", "libsndfile")),
    "Opus, 128 kbit/s": (".opus", ("-c:a", "libopus", "-b:a", "128k"), ("libopusfile", "libopus-mono-16k", "libsndfile")),
    "AAC, 192 kbit/s": (".m4a", (*CD, "-c:a", "aac", "-b:a", "192k"), ("libfaad",)),
    "FLAC, 16 bits": (".flac", (*CD, "-c:a", "flac", "-sample_fmt", "s16"), ("libFLAC", "libsndfile")),
    "FLAC, 24 bits, 96 kHz": (".96.flac", ("-ar", "96000", "-ac", "2", "-c:a", "flac", "-sample_fmt", "s32"), ("libFLAC", "libsndfile")),
}
OURS = "audiomuse"
REFERENCE = "ffmpeg"
DETAIL = "audiomuse::audio::detail::"


def encode(track, folder, suffix, options):
    target = folder / (track.stem + suffix)
    how = ("-af", "asetpts=N/SR/TB", *options) if options else ("-c", "copy")  # some demo tracks begin before zero
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", track, "-vn", "-map_metadata", "-1", *how, target], check=True)
    return target


def decode(binary, library, file):
    """Seconds of music, their level, processor milliseconds."""
    output = subprocess.run([binary, library, file], check=True, capture_output=True, text=True).stdout.split()
    return tuple(map(float, output[1:]))


def times(binary, libraries, files, rounds):
    """Milliseconds a minute of music by library, which must agree on what they decode."""
    result = dict.fromkeys(libraries, 0.0)
    minutes = 0.0
    for file in files:
        least = dict.fromkeys(libraries, float("inf"))
        decoded = {}
        for _ in range(rounds):
            for library in libraries:
                *decoded[library], ms = decode(binary, library, file)
                least[library] = min(least[library], ms)
        seconds, level = decoded[REFERENCE]
        minutes += seconds / 60
        for library, (other_seconds, other_level) in decoded.items():
            if abs(other_seconds - seconds) > 0.2 or abs(other_level / level - 1) > 0.02:
                sys.exit(f"{library} decodes {file.name} to something else")
            result[library] += least[library]
    return {library: ms / minutes for library, ms in result.items()}


def callgrind(binary, library, file):
    """Instructions by function, callees included, and all below main."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        subprocess.run(["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={out}", "--toggle-collect=main", binary, library, file],
                       check=True, stdout=subprocess.DEVNULL)
        text = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", out], check=True, capture_output=True,
                              text=True).stdout
    functions = {}
    for number, function in re.findall(r"^\s*([\d,]+) \([^)]*\)\s+\S*?:(\S.*)$", text, re.MULTILINE):
        functions[function] = max(functions.get(function, 0), int(number.replace(",", "")))
    return functions, functions[next(name for name in functions if name.startswith("main"))]


def print_parts(binary, file):
    functions, _ = callgrind(binary, OURS, file)

    def inclusive(*prefixes):
        return sum(count for name, count in functions.items() if name.startswith(prefixes))

    whole = inclusive("audiomuse::audio::Decoder::run(")
    packets = inclusive(f"{DETAIL}PacketReader::next(")
    output = inclusive(f"{DETAIL}MonoOutput::write(", f"{DETAIL}MonoOutput::finish(")
    downmix = inclusive(f"{DETAIL}downmix(")
    parts = {"packets": packets, "decoder": whole - packets - output, "downmix": downmix, "resampler, blocks": output - downmix}
    print("    of audiomuse:", ", ".join(f"{name} {100 * count / whole:.0f} %" for name, count in parts.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, default=ROOT / "build/release/bin/decoders_bench")
    parser.add_argument("--tracks", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--counts", action="store_true")
    arguments = parser.parse_args()
    folder = subprocess.run([ROOT / "scripts/demo-music"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    tracks = sorted(Path(folder).glob("*.ogg"))
    tracks = tracks[::max(1, len(tracks) // arguments.tracks)][:arguments.tracks]
    with tempfile.TemporaryDirectory() as temporary:
        for name, (suffix, options, others) in FORMATS.items():
            files = [encode(track, Path(temporary), suffix, options) for track in tracks]
            libraries = (REFERENCE, *others, OURS)
            ms = times(arguments.bench, libraries, files, arguments.rounds)
            short = encode(Path(folder) / SHORT_TRACK, Path(temporary), suffix, options) if arguments.counts else None
            counts = {library: callgrind(arguments.bench, library, short)[1] for library in libraries} if short else {}
            print(name)
            for library in libraries:
                count = f"{counts[library] / 1e6:10.1f} million {counts[library] / counts[REFERENCE]:5.2f}" if short else ""
                print(f"    {library:20}{ms[library]:8.1f} ms {ms[library] / ms[REFERENCE]:5.2f}{count}", flush=True)
            if short:
                print_parts(arguments.bench, short)
            for file in {*files, *([short] if short else [])}:
                file.unlink()


if __name__ == "__main__":
    main()
