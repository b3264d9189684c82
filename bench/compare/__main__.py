"""Measures audiomuse against the pipelines that people use now, on the same files, in one run:

    python3 bench/compare [--audiomuse BINARY] [--tracks N] [--rounds N] [--without PEER] [FILE_OR_FOLDER...]

Without files, --tracks (10) tracks spread over the demo music (scripts/demo-music). The peers are set up once, in a virtual environment
in the cache folder, from PyPI; their models are written from audiomuse's own weight file, and held against the golden values.

Everything is bound to one CPU and one thread. Printed are CPU seconds a track by stage, of each program the round that took the least.
Peers' models are loaded and their code is compiled before they are timed; audiomuse's total is that of the whole process, its start
included. Wall time and memory are those of whole processes. Needs python3 with venv; for the row of FFmpeg alone, ffmpeg.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SUFFIXES = {".ogg", ".mp3", ".flac", ".m4a", ".opus", ".wav"}
STAGES = ("decode", "tempo", "key", "mel", "network")
TITLES = {"audiomuse": "audiomuse", "librosa": "librosa + ONNX Runtime", "essentia": "Essentia + TensorFlow", "ffmpeg": "FFmpeg, decoding alone"}
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "TF_NUM_INTRAOP_THREADS",
                                     "TF_NUM_INTEROP_THREADS")}
ENVIRONMENT = {**os.environ, **ONE_THREAD, "TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONDONTWRITEBYTECODE": "1"}


@dataclass
class Run:
    """What one program did with all files."""

    results: list
    cpu_s: float
    wall_s: float
    peak_mib: float

    def stage_s(self, stage):
        return sum(result["timings_ms"][stage] for result in self.results) / 1000

    @property
    def patches(self):
        return sum(result.get("patches") or result["duration_s"] * 16000 // (187 * 256) for result in self.results)


def measured(command):
    """Runs a command; its output as JSON lines, and what it used, its children included."""
    with tempfile.TemporaryFile() as output:
        start = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, env=ENVIRONMENT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.monotonic() - start
        if process.returncode != 0:
            sys.exit(f"failed: {' '.join(map(str, command[:3]))} ...")
        output.seek(0)
        results = [json.loads(line) for line in output]
    return Run(results, usage.ru_utime + usage.ru_stime, wall_s, usage.ru_maxrss / 1024)


def set_up_peers(cache):
    """The environment's interpreter. A change of the requirements makes a new environment."""
    requirements = HERE / "requirements.txt"
    environment = cache / f"peers-{hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]}"
    if not (environment / "ready").exists():
        print("setting up the peers (about 600 MB) in", environment, file=sys.stderr)
        shutil.rmtree(environment, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        subprocess.run([environment / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements],
                       check=True)
        (environment / "ready").touch()
    return environment / "bin/python"


def write_models(python, models):
    models.mkdir(parents=True, exist_ok=True)
    subprocess.run([ROOT / "scripts/get-model"], check=True)
    subprocess.run([python, HERE / "write_models.py", ROOT / "build/model/msd_musicnn.weights", ROOT / "tests/data/musicnn", models],
                   check=True, env=ENVIRONMENT)


def chosen_files(names, tracks):
    if names:
        folders = [Path(name) for name in names]
    else:
        folders = [Path(subprocess.run([ROOT / "scripts/demo-music"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip())]
    files = [file for folder in folders
             for file in (sorted(folder.rglob("*")) if folder.is_dir() else [folder]) if file.suffix.lower() in SUFFIXES]
    if not names and 0 < tracks < len(files):
        files = [files[i * len(files) // tracks] for i in range(tracks)]
    return [str(file) for file in files] or sys.exit("no music files")


def ffmpeg_alone(files):
    runs = [measured(["ffmpeg", "-nostdin", "-v", "error", "-threads", "1", "-i", file, "-ac", "1", "-ar", "16000", "-f", "null", "-"])
            for file in files]
    return Run([], sum(run.cpu_s for run in runs), sum(run.wall_s for run in runs), max(run.peak_mib for run in runs))


def cosine(a, b):
    return sum(x * y for x, y in zip(a, b)) / (sum(x * x for x in a) * sum(y * y for y in b)) ** 0.5


def print_table(best, tracks):
    print(f"\n{'CPU seconds a track':24}" + "".join(f"{stage:>9}" for stage in (*STAGES, "total")) + "   wall s   peak MiB")
    for name, run in best.items():
        stages = [f"{run.stage_s(stage) / tracks:9.3f}" if run.results else f"{'':9}" for stage in STAGES]
        print(f"{TITLES[name]:24}{''.join(stages)}{total_s(name, run) / tracks:9.3f}{run.wall_s / tracks:9.2f}{run.peak_mib:11.0f}")
    print(f"\n{'times what audiomuse takes':32}{'decode':>9}{'tempo':>9}{'key':>9}{'mel+net':>9}{'a patch':>9}{'total':>9}{'memory':>9}")
    ours = best["audiomuse"]
    network_s = {name: run.stage_s("mel") + run.stage_s("network") for name, run in best.items()}
    for name, run in best.items():
        if name == "audiomuse" or not run.results:
            continue
        ratios = [run.stage_s(stage) / ours.stage_s(stage) for stage in ("decode", "tempo", "key")]
        ratios += [network_s[name] / network_s["audiomuse"], network_s[name] / run.patches * ours.patches / network_s["audiomuse"],
                   total_s(name, run) / total_s("audiomuse", ours), run.peak_mib / ours.peak_mib]
        print(f"{TITLES[name]:32}" + "".join(f"{ratio:9.1f}" for ratio in ratios))
    print(f"\naudiomuse: tempo and key {(ours.stage_s('tempo') + ours.stage_s('key')) / tracks:.3f} s a track; "
          f"decoding {100 * ours.stage_s('decode') / ours.cpu_s:.0f} % of the total")
    if "librosa" in best:
        theirs = best["librosa"]
        ms = [1000 * run.stage_s("network") / run.patches for run in (ours, theirs)]
        print(f"network alone, ms a patch: audiomuse {ms[0]:.2f}, ONNX Runtime {ms[1]:.2f}: {ms[1] / ms[0]:.1f} times")
        alike = [cosine(a["embedding"], b["embedding"]) for a, b in zip(ours.results, theirs.results)]
        print(f"embeddings of audiomuse and of librosa + ONNX Runtime: least cosine {min(alike):.6f}")


def total_s(name, run):
    return run.stage_s("total") if name in ("librosa", "essentia") else run.cpu_s


def main():
    parser = argparse.ArgumentParser(prog="bench/compare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE_OR_FOLDER")
    parser.add_argument("--audiomuse", default=ROOT / "build/release/bin/audiomuse", metavar="BINARY")
    parser.add_argument("--tracks", type=int, default=10, help="of the demo music; 0 is all 41 (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=2, help="default: %(default)s")
    parser.add_argument("--without", action="append", default=[], choices=list(TITLES)[1:], metavar="PEER", help="librosa, essentia or ffmpeg")
    parser.add_argument("--cache", type=Path, default=Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "audiomuse/compare")
    arguments = parser.parse_args()

    files = chosen_files(arguments.files, arguments.tracks)
    peers = [name for name in TITLES if name not in arguments.without and (name != "ffmpeg" or shutil.which("ffmpeg"))]
    commands = {"audiomuse": lambda: measured([arguments.audiomuse, "analyze", *files]), "ffmpeg": lambda: ffmpeg_alone(files)}
    if {"librosa", "essentia"} & set(peers):
        python, models = set_up_peers(arguments.cache), arguments.cache / "models"
        write_models(python, models)
        for name in ("librosa", "essentia"):
            commands[name] = lambda name=name: measured([python, HERE / "peers.py", name, models,
                                                         ROOT / "tests/data/musicnn/signal.wav", *files])
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    best = {}
    for i in range(arguments.rounds):
        for name in peers:
            run = commands[name]()
            best[name] = min(best.get(name, run), run, key=lambda run: total_s(name, run))
            print(f"round {i + 1}: {TITLES[name]}: {total_s(name, run) / len(files):.3f} CPU s a track", file=sys.stderr)
    print_table(best, len(files))
    minutes = sum(result["duration_s"] for result in best["audiomuse"].results) / 60
    print(f"{len(files)} files, {minutes:.1f} minutes; load of the machine at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
