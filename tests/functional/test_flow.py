"""The whole job over HTTP on a small library: analyse, cluster, publish, again, restart."""

import os
import signal
import subprocess
import time

import pytest

import music
from conftest import json_lines, run


def entries(path):
    """The audio files that an m3u8 file names."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


@pytest.fixture
def library(small_library, tmp_path):
    """A private copy, so that tests may change it."""
    target = tmp_path / "music"
    subprocess.run(["cp", "-a", small_library, target], check=True)
    return target


def test_from_music_to_playlists(serve, library, tmp_path):
    server = serve(library)
    assert server.get("/api/playlists") == {}
    task_id = server.start_analysis()
    seen = set()
    while True:
        status = server.status(task_id)
        seen.add(status["state"])
        if status["state"] in ("SUCCESS", "FAILURE"):
            break
        active = server.get("/api/active_tasks")
        assert active == {} or active["status"] in ("PENDING", "STARTED", "PROGRESS")
        time.sleep(0.02)
    assert seen <= {"QUEUED", "STARTED", "PROGRESS", "SUCCESS"} and "PROGRESS" in seen
    good = music.GOOD_TRACKS + 1  # the lying file is music
    broken = len(music.BROKEN)
    assert status["status_message"] == f"Analysis finished. Tracks: {good + broken} seen, {good + broken} new, {good} analysed, 0 known, {broken} failed."
    assert status["progress"] == 100 and status["task_type_from_db"] == "main_analysis"
    details = status["details"]
    assert (details["albums_completed"], details["total_albums"]) == (5, 5)  # the untagged files of a folder are an album of their own
    assert (details["tracks_completed"], details["total_tracks"]) == (good + broken, good + broken)
    assert {failed["title"] for failed in details["failed_tracks"]} >= {"02 Empty", "03 Text"}
    log = [line.split("] ", 1)[1] for line in details["log"]]
    assert log[:2] == ["Main analysis task started.", "Found 5 albums to process."]
    assert any(line.startswith("Analyzing track: Clockwork by Ada Sine (") for line in log)
    assert any(line.startswith("Analyzed 'Clockwork by Ada Sine'. Tempo: ") for line in log)

    failures = server.get("/api/failures")
    assert failures["total"] == broken
    assert {os.path.basename(failure["path"]): failure["code"] for failure in failures["failures"]} == music.BROKEN

    clustering = server.cluster(seed=1, clustering_runs=60)
    assert clustering["state"] == "SUCCESS", clustering["status_message"]
    score = clustering["details"]["best_score"]
    assert clustering["status_message"] == f"Playlists generated and updated on the playlist folder! Best diversity score: {score:.2f}."
    last = server.get("/api/last_task")
    assert last["task_type"] == "main_clustering" and last["status"] == "SUCCESS"
    assert last["details"]["log"] == [f"Task completed successfully. Final status: {clustering['status_message']}"]
    assert last["details"]["best_params"]["seed"] == 1
    playlists = server.get("/api/playlists")
    assert len(playlists) == last["details"]["num_playlists_created"] >= 2
    ids = [song["item_id"] for songs in playlists.values() for song in songs]
    assert len(ids) == len(set(ids)) and len(ids) >= 0.7 * good

    folder = tmp_path / "data/playlists"
    assert {path.name for path in folder.iterdir()} == {name + ".m3u8" for name in playlists}
    for name, songs in playlists.items():
        text = (folder / f"{name}.m3u8").read_text(encoding="utf-8")
        assert text.startswith(f"#EXTM3U\n#PLAYLIST:{name}\n#EXTINF:")
        for entry in entries(folder / f"{name}.m3u8"):
            assert not os.path.isabs(entry)
            assert (folder / entry).resolve().is_file()
            subprocess.run(["ffprobe", "-v", "error", folder / entry], check=True)
        assert len(entries(folder / f"{name}.m3u8")) == len(songs)


def test_a_second_run_analyses_nothing_new(serve, library):
    server = serve(library)
    server.analyse()
    again = server.analyse()
    assert again["state"] == "SUCCESS"
    good, broken = music.GOOD_TRACKS + 1, len(music.BROKEN)
    assert again["status_message"] == f"Analysis finished. Tracks: {good + broken} seen, 0 new, 0 analysed, {good} known, {broken} failed."


def test_moved_and_retagged_files_keep_their_analysis(serve, library):
    server = serve(library)
    server.analyse()
    album = library / "Ada Sine/Morning Circuits"
    (album / "02 Clockwork.mp3").rename(library / "moved.mp3")
    retagged = album / "04 Static Rain.flac"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", retagged, "-c", "copy", "-metadata", "title=Another Name", album / "new.flac"], check=True)
    os.replace(album / "new.flac", retagged)
    (library / "Odd Files/02 Empty.mp3").unlink()
    message = server.analyse()["status_message"]
    good, broken = music.GOOD_TRACKS + 1, len(music.BROKEN) - 1
    assert message == f"Analysis finished. Tracks: {good + broken} seen, 2 new, 0 analysed, {good} known, {broken} failed."
    assert server.get("/api/failures")["total"] == broken


def test_hand_made_playlists_are_never_touched(serve, library, tmp_path):
    folder = tmp_path / "playlists"
    folder.mkdir()
    own = folder / "My Own_automatic.m3u8"
    own.write_text("#EXTM3U\nsong.mp3\n", encoding="utf-8")
    server = serve(library, "--playlists-dir", str(folder))
    server.analyse()
    assert server.cluster(seed=1, clustering_runs=40)["state"] == "SUCCESS"
    changed = next(path for path in folder.iterdir() if path != own)
    changed.write_text("#EXTM3U\n# mine now\n", encoding="utf-8")
    assert server.cluster(seed=2, clustering_runs=40)["state"] == "SUCCESS"
    assert own.read_text(encoding="utf-8") == "#EXTM3U\nsong.mp3\n"
    assert changed.read_text(encoding="utf-8") == "#EXTM3U\n# mine now\n"
    assert len(server.get("/api/playlists")) == len(list(folder.iterdir())) - 2


def test_the_same_seed_gives_the_same_playlists(serve, library):
    server = serve(library)
    server.analyse()
    server.cluster(seed=5, clustering_runs=60)
    first = server.get("/api/playlists")
    server.cluster(seed=6, clustering_runs=60)
    server.cluster(seed=5, clustering_runs=60)
    assert server.get("/api/playlists") == first


def test_restart_in_the_middle_goes_on(serve, library, tmp_path):
    data = tmp_path / "data"
    server = serve(library, "--workers", "1", data=data)
    task_id = server.start_analysis()
    while server.status(task_id)["details"].get("tracks_completed", 0) < 4:
        time.sleep(0.01)
    server.stop(signal.SIGKILL)
    before = server.log().count("Analyzed '")
    server = serve(library, data=data)
    status = server.wait(task_id)
    assert status["state"] == "SUCCESS"
    good = music.GOOD_TRACKS + 1
    known = int(status["status_message"].split(" analysed, ")[1].split(" known")[0])
    analysed = int(status["status_message"].split(" new, ")[1].split(" analysed")[0])
    assert known >= before - 1 and known + analysed == good


def test_sigterm_gives_the_task_back(serve, library, tmp_path):
    data = tmp_path / "data"
    server = serve(library, "--workers", "1", data=data)
    task_id = server.start_analysis()
    while server.status(task_id)["details"].get("tracks_completed", 0) < 1:
        time.sleep(0.01)
    started = time.monotonic()
    assert server.stop(signal.SIGTERM) == 0
    assert time.monotonic() - started < 5
    server = serve(library, data=data)
    assert server.wait(task_id)["state"] == "SUCCESS"


def test_cancel_is_seen_at_once_and_stops_the_work(serve, library):
    server = serve(library, "--workers", "1")
    task_id = server.start_analysis()
    while server.status(task_id)["state"] != "PROGRESS":
        time.sleep(0.01)
    waiting = server.start_analysis(top_n_moods=3)
    answer = server.post(f"/api/cancel/{task_id}", template="/api/cancel/{task_id}")
    count = answer["cancelled_jobs_count"]
    assert answer == {"message": f"Task {task_id} and its children cancellation initiated. {count} total jobs affected.",
                      "task_id": task_id, "cancelled_jobs_count": count}
    assert count >= 2
    assert server.status(task_id)["state"] == "REVOKED"
    body = server.post(f"/api/cancel/{task_id}", template="/api/cancel/{task_id}", expect=400)
    assert body["message"] == "Task could not be cancelled (e.g., already completed or not found in active state)."
    deadline = time.monotonic() + 2  # the next task of the type starts when the work of this one has stopped
    while server.status(waiting)["state"] == "QUEUED":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    answer = server.post("/api/cancel_all/main_", template="/api/cancel_all/{task_type_prefix}")
    assert answer["cancelled_main_tasks"] == [waiting]


def test_run_does_the_whole_job_once(library, tmp_path):
    playlists, data = tmp_path / "lists", tmp_path / "data"
    options = (library, "--data", data, "--playlists-dir", playlists)
    first = run("run", *options)
    assert first.returncode == 1, first.stderr  # the broken files were not analysed
    assert "playlists" in first.stdout and list(playlists.glob("*_automatic.m3u8"))
    for code in music.BROKEN.values():
        assert code in first.stdout
    again = run("run", *options)
    assert " 0 analysed" in again.stdout + again.stderr


def test_export(library, tmp_path):
    data = tmp_path / "data"
    run("run", library, "--data", data)
    lines = json_lines(run("export", "--format", "jsonl", "--library", library, "--data", data).stdout)
    assert len(lines) == music.GOOD_TRACKS + 1
    clockwork = next(line for line in lines if line["title"] == "Clockwork")
    assert clockwork["artist"] == "Ada Sine" and clockwork["path"] == "Ada Sine/Morning Circuits/02 Clockwork.mp3"
    assert set(clockwork) >= {"path", "item_id", "artist", "title", "tempo", "key", "scale", "energy", "moods", "tempo_confidence",
                                "key_confidence", "tempo_alternatives"}
    rows = run("export", "--format", "csv", "--library", library, "--data", data).stdout.splitlines()
    assert len(rows) == len(lines) + 1 and rows[0].startswith("path,item_id,artist,title,tempo,key,scale,energy,mood/acoustic,")


def test_reads_stay_quick_while_analysing(serve, library):
    server = serve(library)
    task_id = server.start_analysis()
    times = []
    while server.status(task_id)["state"] not in ("SUCCESS", "FAILURE"):
        for path in ("/api/active_tasks", "/api/playlists", "/api/config"):
            started = time.monotonic()
            server.get(path)
            times.append(time.monotonic() - started)
    times.sort()
    print(f"median {1000 * times[len(times) // 2]:.1f} ms, longest {1000 * times[-1]:.1f} ms")
    assert times[len(times) // 2] < 0.5  # a bound against waiting for the analysis, not a measurement
