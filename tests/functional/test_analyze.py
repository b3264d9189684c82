"""`audiomuse analyze`: one JSON object a line, in the order given."""

import json
import os
import subprocess

import music
import ogg
from conftest import BINARY, clean_environment, json_lines, run

FIELDS = ["file", "ok", "duration_s", "tempo", "key", "scale", "energy", "moods", "tags", "embedding", "tempo_confidence", "key_confidence",
          "tempo_alternatives", "partial", "analysis_version", "timings_ms"]


def test_known_tempo_and_key(known_pieces):
    result = run("analyze", *(path for path, *_ in known_pieces))
    assert result.returncode == 0, result.stderr
    lines = json_lines(result.stdout)
    assert [line["file"] for line in lines] == [str(path) for path, *_ in known_pieces]
    for line, (_, tempo, key, scale) in zip(lines, known_pieces):
        assert list(line) == FIELDS
        assert line["ok"] is True and line["partial"] is False
        assert abs(line["duration_s"] - 20) < 0.05
        assert any(abs(line["tempo"] - tempo * factor) <= 0.01 * tempo * factor for factor in (0.5, 1, 2)), line["tempo"]
        assert (line["key"], line["scale"]) == (key, scale)
        assert 0 < line["tempo_confidence"] <= 1 and 0 < line["key_confidence"] <= 1
        assert line["tempo_alternatives"] == [line["tempo"] / 2, line["tempo"] * 2]
        assert 0 < line["energy"] < 1
        assert len(line["moods"]) == 17 and len(line["tags"]) == 50 and len(line["embedding"]) == 200
        assert list(line["moods"])[0] == "mood/acoustic" and all(0 <= value <= 1 for value in line["moods"].values())
        assert list(line["timings_ms"]) == ["decode", "tempo", "key", "mel", "network", "total"]


def test_failures_are_named_and_counted(small_library):
    odd = small_library / "Odd Files"
    files = [odd / "01 Broken Frames.flac", odd / "02 Empty.mp3", odd / "03 Text.mp3", odd / "missing.mp3", odd / "04 Really Flac.mp3"]
    result = run("analyze", *files)
    assert result.returncode == 1
    lines = json_lines(result.stdout)
    assert [line["ok"] for line in lines] == [False, False, False, False, True]
    assert [line["error"] for line in lines[:4]] == ["damaged", "not_audio", "not_audio", "not_found"]
    for line in lines[:4]:
        assert list(line) == ["file", "ok", "error", "message"] and line["message"].endswith(".")


def test_what_ffmpeg_refuses_and_libsndfile_reads(known_pieces, tmp_path):
    music.encode(known_pieces[2][0], tmp_path / "plain.ogg")
    (tmp_path / "twice.ogg").write_bytes(ogg.with_headers_twice((tmp_path / "plain.ogg").read_bytes()))
    refused = subprocess.run(["ffprobe", "-v", "error", tmp_path / "twice.ogg"], capture_output=True, check=False)
    assert refused.returncode != 0, "the file shows nothing any more"
    plain, twice = json_lines(run("analyze", tmp_path / "plain.ogg", tmp_path / "twice.ogg").stdout)
    assert plain["ok"] and twice["ok"], twice
    assert abs(twice["duration_s"] - plain["duration_s"]) < 0.01 and (twice["key"], twice["scale"]) == (plain["key"], plain["scale"])
    assert abs(twice["tempo"] / plain["tempo"] - 1) < 0.001


def test_silence_has_no_tempo_and_no_key(tmp_path):
    path = tmp_path / "silence.wav"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "anullsrc=r=44100", "-t", "10", path], check=True)
    line = json.loads(run("analyze", path).stdout)
    assert (line["tempo"], line["key"], line["scale"], line["energy"]) == (None, None, None, 0)
    assert (line["tempo_confidence"], line["key_confidence"], line["tempo_alternatives"]) == (None, None, None)


def test_too_short(tmp_path):
    path = tmp_path / "blip.wav"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "sine", "-t", "0.6", path], check=True)
    result = run("analyze", path)
    assert result.returncode == 1 and json.loads(result.stdout)["error"] == "too_short"


def test_folders_standard_input_and_jobs(known_pieces):
    folder = known_pieces[0][0].parent
    walked = [line["file"] for line in json_lines(run("analyze", "-j", "2", folder).stdout)]
    assert walked == [str(path) for path, *_ in known_pieces]
    names = "".join(f"{path}\n" for path, *_ in reversed(known_pieces[:2]))
    piped = json_lines(run("analyze", "-", input=names).stdout)
    assert [line["file"] for line in piped] == [str(path) for path, *_ in reversed(known_pieces[:2])]


def test_wrong_usage_is_2():
    assert run("analyze").returncode == 2
    assert run("analyze", "--no-such-option").returncode == 2
    assert run("no-such-command").returncode == 2
    assert run("--help").returncode == 0


def test_a_killed_child_costs_a_retry_only(known_pieces):
    """Kills the first analysing child; the track is analysed by the next one."""
    process = subprocess.Popen([BINARY, "analyze", str(known_pieces[0][0])], stdout=subprocess.PIPE, text=True, env=clean_environment())
    killed = None
    while process.poll() is None and killed is None:
        children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout.split()
        if children:
            killed = int(children[0])
            try:
                os.kill(killed, 9)
            except ProcessLookupError:
                killed = None
    output, _ = process.communicate(timeout=60)
    assert killed is not None
    assert process.returncode == 0 and json.loads(output)["ok"] is True
